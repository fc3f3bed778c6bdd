import * as sbd from 'selective-brain-damage';

// Two networks of CIFAR-10 on ten pictures of clothes: a call, not a result.
const clean = await sbd.loadImageNetRecords('data/records/fashion-00000-of-00002', {
  size: 32,
  numClasses: 10,
});
const models = await Promise.all(
  ['sparsity=0', 'sparsity=0.9'].map((name) =>
    sbd.loadModel(`data/population/${name}/replicate=00`),
  ),
);
const robustness = await sbd.evalRobustness(models, {
  clean,
  shifted: sbd.corruptedSets(clean, { corruptions: ['contrast', 'fog'], severities: [3] }),
});
console.log(robustness.columns.join(', '));
console.table(sbd.danfo.toJSON(robustness), ['variant', 'baseline', 'corruption', 'n_models']);
