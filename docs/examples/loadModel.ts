import * as sbd from 'selective-brain-damage';

const { model, masks, run } = await sbd.loadModel('data/population/sparsity=0.9/replicate=00');
console.log(run.spec.model, run.spec.sparsity, `${run.spec.training.steps} steps`);
console.log(model.countParams(), 'parameters');
for (const [name, { data }] of masks) {
  const kept = [...data].filter((bit) => bit === 1).length;
  console.log(name, `${kept} of ${data.length} kept`);
}
