import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const figure = sbd.topOneFigure(sbd.modelAccuracy(predictions));
const svg = await sbd.renderSvg(figure); // text: writeFileSync('top-1.svg', svg)
console.log(/<svg[^>]* (viewBox="[^"]+")/.exec(svg)![1]);
console.log(svg.includes('Top-1 accuracy over the population'));
