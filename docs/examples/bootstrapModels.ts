import * as sbd from 'selective-brain-damage';

// How far would the number of significant classes move if other models had been trained?
const predictions = sbd.simulatePredictions({ numClasses: 20, replicates: 10, seed: 1 });
const spread = sbd.bootstrapModels(predictions, (drawn) => sbd.summarizeVariants(drawn), {
  columns: ['n_significant'],
  samples: 20,
});
const columns = ['variant', 'n_significant', 'n_significant_se', 'n_significant_bias'];
console.table(sbd.danfo.toJSON(spread), columns);
