import * as sbd from 'selective-brain-damage';

// One dense and one pruned network: what did pruning break, is it more than chance, may it be shipped?
const predictions = await sbd.readPredictions([
  'data/population/sparsity=0/replicate=00.parquet',
  'data/population/sparsity=0.9/replicate=00.parquet',
]);
const result = sbd.audit({
  ...predictions,
  classNames: [
    'airplane',
    'automobile',
    'bird',
    'cat',
    'deer',
    'dog',
    'frog',
    'horse',
    'ship',
    'truck',
  ],
});
console.log(sbd.auditText(result));
