import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const pies = sbd.findPIEs(predictions);
console.log(`${pies.shape[0]} images change their modal label, over all variants`);

const sparsest = pies.query(pies.column('sparsity').eq(0.9));
console.table(sbd.danfo.toJSON(sparsest.head(5)), [
  'variant',
  'image_id',
  'true_class',
  'baseline_mode',
  'variant_mode',
]);
