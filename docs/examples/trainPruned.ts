import * as sbd from 'selective-brain-damage';

// Four steps on twenty pictures, to show the call; a training takes thousands.
const data = await sbd.loadImageNetRecords('data/records/fashion-0000*', {
  size: 32,
  numClasses: 10,
});
const { run, masks } = await sbd.trainPruned({
  data,
  model: { name: 'small-cnn', depth: 4 },
  sparsity: 0.5,
  seed: 1,
  steps: 4,
  batchSize: 10,
  pruning: { begin: 1, end: 3, frequency: 1 },
  onProgress: ({ step, steps }) => console.log(`step ${step} of ${steps}`),
});
console.log(run.outcome.sparsity, [...masks.keys()]);
