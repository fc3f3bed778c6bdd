import * as sbd from 'selective-brain-damage';

// Of simulated networks, one a side.
const predictions = sbd.simulatePredictions({
  ...{ numClasses: 10, imagesPerClass: 50, sparsities: [0, 0.9], replicates: 1 },
});
console.log(sbd.auditJUnit(sbd.audit(predictions)).split('\n').slice(0, 3).join('\n'));
