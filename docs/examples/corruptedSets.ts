import * as sbd from 'selective-brain-damage';

// Ten images under two corruptions, corrupted while they are read.
const clean = await sbd.loadImageNetRecords('data/records/fashion-00000-of-00002', {
  size: 32,
  numClasses: 10,
});
const sets = sbd.corruptedSets(clean, { corruptions: ['fog', 'contrast'], severities: [1, 5] });
for (const { corruption, severity, data } of sets) {
  for await (const { images } of data.batches(10)) {
    const size = images.reduce((sum, value) => sum + Math.abs(value), 0) / images.length;
    console.log(corruption, severity, `mean size of an input ${size.toFixed(2)}`);
  }
}
