import * as sbd from 'selective-brain-damage';

// How many labels pruning changes, beside how many another seed does.
const predictions = await sbd.readPredictions('data/population');
const table = sbd.churn(predictions);
console.table(sbd.danfo.toJSON(table), ['variant', 'churn', 'baseline_within', 'variant_within']);
