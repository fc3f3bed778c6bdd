import { existsSync } from 'node:fs';
import * as sbd from '#library/index';
import { serveWorker } from '#library/workers/serveWorker';
import { seedFrom } from '#statistics/random';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { predictionsFile, writeModelPredictions } from '#statistics/predictions/writePredictions';
import { alter, drawAlterations } from './alteredImages';

/** One network of the altered population. */
export interface AlteredSpec {
  readonly sparsity: number;
  readonly replicate: number;
  readonly seed: number;
  /** Folder of the predictions. */
  readonly folder: string;
  /** Folder of the networks. */
  readonly models: string;
}

let images: Promise<sbd.ImageDataset> | undefined;

async function open(seed: number): Promise<sbd.ImageDataset> {
  const train = await sbd.loadCifar10({ split: 'train' });
  return alter(train, await drawAlterations(train, seed), seed);
}

async function train(
  { sparsity, replicate, seed, folder, models }: AlteredSpec,
  report: (step: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const variant = variantOfSparsity(sparsity);
  const file = predictionsFile(folder, { variant, sparsity, replicate });
  if (existsSync(file)) return;
  images ??= open(seed);
  const data = await images;
  const { model } = await sbd.trainPruned({
    data,
    model: { name: 'small-cnn', depth: 4 },
    sparsity,
    seed: seedFrom(seed, 'model', sparsity, replicate),
    // As data/population, but shorter, and with the classifier unpruned.
    epochs: 8,
    learningRate: 1,
    folder: `${models}/${variant}-${replicate}`,
    signal,
    onProgress: ({ step }) => report(step),
  });
  const { confidence: _, top5: __, ...predictions } = await sbd.predict(model, data, { signal, onProgress() {} });
  await writeModelPredictions(file, { ...predictions, variant, sparsity, replicate });
  model.dispose();
}

serveWorker(train);
