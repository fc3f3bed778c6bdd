import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const models = sbd.modelAccuracy(predictions);
console.log(`${models.shape[0]} models, of which the first are`);
console.table(sbd.danfo.toJSON(models.head(4)));
