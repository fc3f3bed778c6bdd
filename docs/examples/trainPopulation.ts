import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sbd from 'selective-brain-damage';

// Two networks at each of two sparsities, four steps each, to show the call.
const data = await sbd.loadImageNetRecords('data/records/fashion-0000*', {
  size: 32,
  numClasses: 10,
});
const population = await sbd.trainPopulation({
  train: data,
  test: data,
  model: { name: 'small-cnn', depth: 4 },
  sparsities: [0, 0.5],
  replicates: 2,
  seed: 1,
  steps: 4,
  batchSize: 10,
  folder: await mkdtemp(join(tmpdir(), 'population-')),
  processes: 1,
  onProgress: () => {},
});
for (const { variant, replicate, predictedClass } of population.models)
  console.log(variant, replicate, `${predictedClass.length} images`);
