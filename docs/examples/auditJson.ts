import * as sbd from 'selective-brain-damage';

// Of simulated networks, one a side.
const predictions = sbd.simulatePredictions({
  ...{ numClasses: 10, imagesPerClass: 50, sparsities: [0, 0.9], replicates: 1 },
});
const { baseline, verdict, variants } = sbd.auditJson(sbd.audit(predictions));
console.log(baseline, verdict, variants[0]!.flips.lost, variants[0]!.changed_images.length);
