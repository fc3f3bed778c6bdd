import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const labels = sbd.modalLabels(predictions);
console.log(labels.columns.join(', '));

// How many of the sparsest models agree on the first images.
const sparsest = labels.query(labels.column('sparsity').eq(0.9));
console.table(sbd.danfo.toJSON(sparsest.head(4)), [
  'image_id',
  'true_class',
  'variant_mode',
  'variant_votes',
]);
