import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const figure = sbd.topOneFigure(sbd.modelAccuracy(predictions));
const png = await sbd.renderPng(figure);
console.log(`${figure.layout.width ?? 800} × ${figure.layout.height ?? 450} CSS pixels`);

// A PNG file says its size at a fixed place: twice that of the figure.
const { buffer, byteOffset } = png;
const view = new DataView(buffer, byteOffset);
console.log(`${view.getUint32(16)} × ${view.getUint32(20)} pixels`);
