import * as sbd from 'selective-brain-damage';

const predictions = await sbd.readPredictions('data/population');
const figure = sbd.classFigure(sbd.perClassTTest(predictions));

// plotly draws it; in a notebook it is shown as the last expression of a cell.
for (const { type, name } of figure.data.slice(0, 3)) console.log(type, name);
