import * as sbd from 'selective-brain-damage';

// Of simulated networks, one a side.
const predictions = sbd.simulatePredictions({
  ...{ numClasses: 10, imagesPerClass: 50, sparsities: [0, 0.9], replicates: 1 },
});
const page = sbd.auditPage(sbd.audit(predictions), { measured: { Images: 'simulated' } });
console.log(page.split('\n')[0], page.includes('How it was measured'));
