import * as sbd from 'selective-brain-damage';

// Two shards, one of them gzip; 32 pixels instead of ImageNet's 224, names from the records.
const data = await sbd.loadImageNetRecords('data/records/fashion-0000*', {
  size: 32,
  numClasses: 10,
  classNames: 'text',
});
for await (const { id, label } of data.take(3)) console.log(id, data.classNames[label]);
for await (const { images, shape } of data.shuffle(1).augment(1).batches(8))
  console.log(shape, images.length);
