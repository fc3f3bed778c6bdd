import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as sbd from 'selective-brain-damage';

// Two networks of four steps each, to show the call.
const folder = await mkdtemp(join(tmpdir(), 'plan-'));
const records = {
  loader: 'imagenet-records',
  options: { files: resolve('data/records/fashion-0000*'), size: 32, numClasses: 10 },
};
const plan = {
  ...{ train: records, test: records, model: { name: 'small-cnn', depth: 4 } },
  ...{ sparsities: [0, 0.5], replicates: 1, seed: 1, steps: 4, batchSize: 10 },
  ...{ folder: 'population', robustness: { corrupted: { corruptions: ['fog'], severities: [5] } } },
};
await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));

const { population, robustness } = await sbd.readPlan(join(folder, 'plan.json'));
const { models } = await sbd.trainPopulation({ ...population, processes: 1, onProgress: () => {} });
for (const { variant, predictedClass } of models)
  console.log(variant, `${predictedClass.length} images`);
for (const { corruption, severity } of robustness?.shifted ?? []) console.log(corruption, severity);
