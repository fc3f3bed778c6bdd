import * as sbd from 'selective-brain-damage';

// Are PIEs more often frogs than other images are, and than other images that are as hard?
const predictions = await sbd.readPredictions('data/population');
const pies = sbd.findPIEs(predictions);
const isFrog = new Map(
  predictions.imageIds.map((id, i) => [id, predictions.trueClass[i] === 6] as const),
);
const table = sbd.enrichment(pies, isFrog, { matchedOn: sbd.imageAccuracy(predictions) });
const columns = ['variant', 'comparison', 'odds_ratio', 'odds_ratio_low', 'odds_ratio_high'];
console.table(sbd.danfo.toJSON(table.tail(2)), columns);
