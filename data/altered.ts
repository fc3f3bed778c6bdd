import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultProcesses } from '#library/backend/backend';
import * as sbd from '#library/index';
import { runInWorkers } from '#library/workers/runInWorkers';
import { writeFileAtomic } from '#statistics/files';
import { progress } from '#statistics/progress';
import { type Alteration, drawAlterations } from './alteredImages';
import type { AlteredSpec } from './alteredWorker';

/**
 * Trains networks on CIFAR-10 with 5% of the training labels changed and another 5% of the training
 * images degraded, and writes what they predict of the training images. Goes on where it stopped.
 *
 *     npm run population:altered [-- --models <folder>]
 *
 * `--models` keeps the networks and their checkpoints, by default beside the predictions, where git
 * ignores them.
 */
const FOLDER = 'data/altered';
const SEED = 2020;
const SPARSITIES = [0, 0.9];
const REPLICATES = 10;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { models: { type: 'string', default: join(FOLDER, 'models') } },
  });
  const backend = await sbd.useBackend();
  const train = await sbd.loadCifar10({ split: 'train' });
  const alterations = await drawAlterations(train, SEED);
  await writeFileAtomic(join(FOLDER, 'alterations.csv'), toCsv([...alterations.values()]));
  const specs = Array.from({ length: REPLICATES }, (_, replicate) =>
    SPARSITIES.map((sparsity): AlteredSpec => {
      const folder = join(FOLDER, 'predictions');
      return { sparsity, replicate, seed: SEED, folder, models: values.models };
    }),
  ).flat();
  let done = 0;
  const failures = await runInWorkers<AlteredSpec, number>(specs, {
    worker: join(__dirname, 'alteredWorker.js'),
    processes: defaultProcesses(backend),
    onReport: ({ sparsity, replicate }, step) =>
      progress().update(
        `${done} of ${specs.length} networks done; sparsity ${sparsity}, replicate ${replicate}: step ${step}`,
      ),
    onEnd: () => {
      done++;
    },
  });
  progress().done();
  for (const { spec, reason } of failures)
    console.error(`sparsity ${spec.sparsity}, replicate ${spec.replicate}: ${reason}`);
  if (failures.length > 0) process.exitCode = 1;
}

function toCsv(alterations: readonly Alteration[]): string {
  const columns = ['image_id', 'alteration', 'published_class', 'given_class', 'corruption'] as const;
  const lines = alterations.map((row) => columns.map((column) => row[column]).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
