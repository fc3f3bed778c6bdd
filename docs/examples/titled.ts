import * as sbd from 'selective-brain-damage';

// Predictions that are simulated should say so wherever they are shown.
const predictions = sbd.simulatePredictions({ numClasses: 10, replicates: 5 });
const figure = sbd.topOneFigure(sbd.modelAccuracy(predictions));
console.log(figure.layout.title?.text);
console.log(sbd.titled(figure, 'Top-1 of simulated models').layout.title?.text);
