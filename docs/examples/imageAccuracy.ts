import * as sbd from 'selective-brain-damage';

// How many images all dense models get right, and how many none does.
const predictions = await sbd.readPredictions('data/population');
const accuracy = sbd.imageAccuracy(predictions);
const shares = [...accuracy.values()];
console.log(shares.filter((share) => share === 1).length, 'of', shares.length, 'by all');
console.log(shares.filter((share) => share === 0).length, 'by none');
