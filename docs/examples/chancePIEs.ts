import * as sbd from 'selective-brain-damage';

// How many PIEs would there be if nothing but the seeds differed?
const predictions = await sbd.readPredictions('data/population');
const chance = sbd.chancePIEs(predictions, { permutations: 20, seed: 1 });
console.table(sbd.danfo.toJSON(chance), ['variant', 'pies', 'expected', 'share', 'p_value']);
