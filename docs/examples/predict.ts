import * as sbd from 'selective-brain-damage';

const model = await sbd.loadModel('data/population/sparsity=0/replicate=00');
// CIFAR-10's network on ten pictures of clothes, which it has never seen: a call, not a result.
const data = await sbd.loadImageNetRecords('data/records/fashion-00000-of-00002', {
  size: 32,
  numClasses: 10,
});
const { imageIds, trueClass, predictedClass, top5 } = await sbd.predict(model, data);
console.log(imageIds.slice(0, 2), trueClass.length, predictedClass.length, top5.length);
