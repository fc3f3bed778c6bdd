import * as sbd from 'selective-brain-damage';

// How many PIEs would there be if nothing but the seeds differed?
const predictions = await sbd.readPredictions('data/population');
const chance = sbd.chancePIEs(predictions, { splits: 5, seed: 1 });
console.table(sbd.danfo.toJSON(chance), ['variant', 'pies', 'baseline_within', 'beyond_chance']);
