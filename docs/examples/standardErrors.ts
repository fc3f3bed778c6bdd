import * as sbd from 'selective-brain-damage';

// How far would the number of PIEs move with other models, and with other images?
const predictions = sbd.simulatePredictions({ numClasses: 20, replicates: 10, seed: 1 });
const errors = sbd.standardErrors(predictions, (drawn) => sbd.summarizeVariants(drawn), {
  columns: ['n_pies'],
  samples: 20,
});
const columns = ['variant', 'n_pies', 'n_pies_se_models', 'n_pies_se_images', 'n_pies_se'];
console.table(sbd.danfo.toJSON(errors), columns);
