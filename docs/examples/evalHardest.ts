import * as sbd from 'selective-brain-damage';

// The tenth of the test images on which the judges are surest of a wrong class.
const predictions = await sbd.readPredictions('data/population');
const robustness = sbd.evalHardest(predictions, { share: 0.1, judges: ['dense'] });
const sparsest = robustness.query(robustness.column('sparsity').eq(0.9));
console.table(sbd.danfo.toJSON(sparsest), ['corruption', 'n_images', 'top1', 'top1_change']);
