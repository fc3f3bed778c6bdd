import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const figure = sbd.topOneFigure(sbd.modelAccuracy(predictions));
for (const { type, name } of figure.data) console.log(type, name);
