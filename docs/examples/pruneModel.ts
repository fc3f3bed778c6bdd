import * as sbd from 'selective-brain-damage';

// A trained dense network loses half of each weight tensor at once, without further training.
const model = await sbd.loadModel('data/population/sparsity=0/replicate=00');
const masks = sbd.pruneModel(model, { sparsity: 0.5 });
for (const [name, { data }] of masks) {
  const kept = [...data].filter((bit) => bit === 1).length;
  console.log(name, `${kept} of ${data.length} kept`);
}
