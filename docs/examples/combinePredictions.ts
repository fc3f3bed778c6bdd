import * as sbd from 'selective-brain-damage';

// Networks of CIFAR-10 on ten pictures of clothes, which they have never seen: a call, not a result.
const data = await sbd.loadImageNetRecords('data/records/fashion-00000-of-00002', {
  size: 32,
  numClasses: 10,
});
const dense = await sbd.loadModel('data/population/sparsity=0/replicate=00');
const before = await sbd.predict(dense, data);
sbd.pruneModel(dense, { sparsity: 0.5 });
const after = { ...(await sbd.predict(dense, data)), variant: 'pruned after training' };

const predictions = sbd.combinePredictions([before, after]);
for (const { variant, replicate, predictedClass } of predictions.models)
  console.log(variant, replicate, `${predictedClass.length} images`);
