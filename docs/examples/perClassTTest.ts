import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const classes = sbd.perClassTTest(predictions, { alpha: 0.01 });

// The classes of CIFAR-10 at the highest sparsity: which moved otherwise than the model did?
const sparsest = classes.query(classes.column('sparsity').eq(0.9));
console.table(sbd.danfo.toJSON(sparsest), [
  'class_name',
  'normalized_change',
  'p_value',
  'direction',
]);
