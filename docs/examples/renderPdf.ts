import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const figure = sbd.topOneFigure(sbd.modelAccuracy(predictions));
const pdf = await sbd.renderPdf(figure); // bytes: writeFileSync('top-1.pdf', pdf)
console.log(pdf.subarray(0, 5).toString());
console.log(/MediaBox \[[^\]]+\]/.exec(pdf.toString('latin1'))![0], 'points');
