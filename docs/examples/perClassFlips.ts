import * as sbd from 'selective-brain-damage';

// One pruned model against one dense model, class by class.
const predictions = await sbd.readPredictions(
  [
    'data/population/sparsity=0/replicate=00.parquet',
    'data/population/sparsity=0.9/replicate=00.parquet',
  ],
  { classNames: 'plane car bird cat deer dog frog horse ship truck'.split(' ') },
);
const classes = sbd.perClassFlips(predictions);
console.table(sbd.danfo.toJSON(classes), ['class_name', 'lost', 'gained', 'change', 'direction']);
