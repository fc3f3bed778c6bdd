import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as sbd from 'selective-brain-damage';

// Predictions for ten pictures: the pruned models call every second one by the class before it.
const data = await sbd.loadImageNetRecords('data/records/fashion-00000-of-00002', {
  size: 32,
  numClasses: 10,
});
const rows = [];
for await (const { id, label } of data)
  for (const sparsity of [0, 0.9]) {
    const isLost = sparsity > 0 && label % 2 === 1;
    const image = { image_id: id, true_class: label, predicted_class: label - Number(isLost) };
    rows.push({ sparsity, replicate: 0, ...image });
  }
const folder = await mkdtemp(join(tmpdir(), 'pies-'));
const written = await sbd.writePIERecords(await sbd.readPredictions(rows), data, folder);
for (const { variant, pie } of written)
  for (const file of pie) {
    const pies = await sbd.loadImageNetRecords(file, { labelBase: 0, numClasses: 10 });
    for await (const { id, label } of pies) console.log(variant, relative(folder, file), id, label);
  }
