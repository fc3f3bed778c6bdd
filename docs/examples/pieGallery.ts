import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sbd from 'selective-brain-damage';

// Predictions for ten pictures: the pruned models call every second one by the class before it.
const data = await sbd.loadImageNetRecords('data/records/fashion-00000-of-00002', {
  size: 32,
  numClasses: 10,
});
const rows = [];
for await (const { id, label } of data)
  for (const sparsity of [0, 0.9])
    for (const replicate of [0, 1, 2]) {
      const isLost = sparsity > 0 && label % 2 === 1;
      const image = { image_id: id, true_class: label, predicted_class: label - Number(isLost) };
      rows.push({ sparsity, replicate, ...image });
    }
const pies = sbd.findPIEs(await sbd.readPredictions(rows));
const picture = await sbd.pieGallery(pies, data);
await writeFile(join(tmpdir(), 'pies.png'), picture.png);
console.log(picture.description);
