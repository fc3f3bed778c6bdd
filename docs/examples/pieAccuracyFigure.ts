import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const figure = sbd.pieAccuracyFigure(sbd.evalPIEs(predictions));
for (const { type, name } of figure.data.slice(0, 3)) console.log(type, name);
