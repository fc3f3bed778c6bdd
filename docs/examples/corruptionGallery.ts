import * as sbd from 'selective-brain-damage';

const data = await sbd.loadImageNetRecords('data/records/fashion-00000-of-00002', {
  size: 32,
  numClasses: 10,
});
for await (const example of data.take(1)) {
  const picture = await sbd.corruptionGallery(await example.image(), {
    corruptions: ['fog', 'contrast'],
  });
  console.log(picture.description);
}
