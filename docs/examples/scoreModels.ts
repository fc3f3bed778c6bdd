import * as sbd from 'selective-brain-damage';

const clean = await sbd.loadImageNetRecords('data/records/fashion-00000-of-00002', {
  size: 32,
  numClasses: 10,
});
const models = await Promise.all(
  ['sparsity=0', 'sparsity=0.9'].map((name) =>
    sbd.loadModel(`data/population/${name}/replicate=00`),
  ),
);
const scores = await sbd.scoreModels(models, {
  clean,
  shifted: sbd.corruptedSets(clean, { corruptions: ['contrast'], severities: [3] }),
});
console.table(sbd.danfo.toJSON(scores), ['corruption', 'severity', 'variant', 'n_images']);
