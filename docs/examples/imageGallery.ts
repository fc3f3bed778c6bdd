import * as sbd from 'selective-brain-damage';

const data = await sbd.loadImageNetRecords('data/records/fashion-0000*', {
  size: 32,
  classNames: 'text',
  numClasses: 10,
});
const picture = await sbd.imageGallery(data, { count: 6 });
console.log(picture.description);
