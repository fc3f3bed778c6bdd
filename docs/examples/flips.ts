import * as sbd from 'selective-brain-damage';

// One pruned model against one dense model: may it take its place?
const predictions = await sbd.readPredictions([
  'data/population/sparsity=0/replicate=00.parquet',
  'data/population/sparsity=0.5/replicate=00.parquet',
  'data/population/sparsity=0.9/replicate=00.parquet',
]);
const compared = sbd.flips(predictions, { maxDrop: 0.02 });
console.table(sbd.danfo.toJSON(compared), ['variant', 'lost', 'gained', 'change', 'verdict']);
