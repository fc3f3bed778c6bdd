import * as sbd from 'selective-brain-damage';

// Which classes pruned models predict more often where they are not.
const predictions = await sbd.readPredictions('data/population');
const rates = sbd.perClassRates(predictions);
const sparsest = sbd.danfo.toJSON(rates.tail(10));
console.table(sparsest, ['class_name', 'recall_change', 'false_positive_rate_change']);
