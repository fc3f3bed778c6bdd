import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as sbd from 'selective-brain-damage';

const folder = await mkdtemp(join(tmpdir(), 'predictions-'));
const predictions = sbd.simulatePredictions({
  numClasses: 10,
  sparsities: [0, 0.9],
  replicates: 2,
});
for (const file of await sbd.writePredictions(predictions, folder))
  console.log(relative(folder, file));

const again = await sbd.readPredictions(folder);
console.log(`${again.models.length} models, ${again.imageIds.length} images`);
