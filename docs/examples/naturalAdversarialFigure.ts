import * as sbd from 'selective-brain-damage';

// The hardest images of the test set in place of natural adversarial ones.
const predictions = await sbd.readPredictions('data/population');
const figure = sbd.naturalAdversarialFigure(sbd.evalHardest(predictions));
for (const { type, name } of figure.data) console.log(type, name);
