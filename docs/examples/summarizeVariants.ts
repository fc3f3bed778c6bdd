import * as sbd from 'selective-brain-damage';

// One row per variant, as in the paper's table.
const predictions = await sbd.readPredictions('data/population');
const summary = sbd.summarizeVariants(predictions);
console.log(summary.columns.join(', '));
console.table(sbd.danfo.toJSON(summary), ['variant', 'top1', 'n_hurt', 'n_helped', 'n_pies']);
