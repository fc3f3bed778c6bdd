import * as sbd from 'selective-brain-damage';

// Models that never were: only to try an analysis at ImageNet's size before the models are there.
const predictions = sbd.simulatePredictions({ sparsities: [0, 0.9], replicates: 3, seed: 1 });
console.log(`${predictions.models.length} models, ${predictions.imageIds.length} images`);
console.table(sbd.danfo.toJSON(sbd.modelAccuracy(predictions)));
