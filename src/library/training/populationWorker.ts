import { basename, dirname } from 'node:path';
import {
  removeTemporaries,
  variantOfSparsity,
  writeModelPredictions,
} from 'selective-brain-damage-statistics/internal';
import { keptOpen } from '../datasets/openDataset';
import { predict } from '../evaluation/predict';
import { serveWorker } from '../workers/serveWorker';
import type { ReplicateSpec } from './populationSpec';
import { trainPruned } from './trainPruned';

/** Trains one model and writes its predictions, resuming from files of an earlier attempt. */
async function trainReplicate(
  spec: ReplicateSpec,
  report: (steps: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { population, sparsity, replicate, seed, folder, predictionsFile } = spec;
  const [train, test] = [await keptOpen(population.train), await keptOpen(population.test)];
  const trained = await trainPruned({
    ...population.training,
    data: train,
    model: population.model,
    backend: population.backend,
    sparsity,
    seed,
    folder,
    signal,
    onProgress: ({ step }) => report(step),
  });
  try {
    await removeTemporaries(dirname(predictionsFile), basename(predictionsFile));
    const predictions = await predict(trained, test, { signal });
    await writeModelPredictions(predictionsFile, {
      ...predictions,
      ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
    });
  } finally {
    trained.model.dispose();
  }
}

serveWorker(trainReplicate);
