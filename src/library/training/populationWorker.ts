import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import {
  removeTemporaries,
  type VariantOf,
  writeModelPredictions,
} from 'selective-brain-damage-statistics/internal';
import { quantizeModel } from '../compression/quantizeModel';
import { keptOpen } from '../datasets/openDataset';
import { predict } from '../evaluation/predict';
import { saveModel, type TrainedModel } from '../models/modelFolder';
import { variantOf } from '../models/network';
import { serveWorker } from '../workers/serveWorker';
import type { ReplicateSpec } from './populationSpec';
import { trainPruned } from './trainPruned';

/** Images from which the ranges of activations are taken; a few hundred suffice (Jacob et al. 2018). */
const CALIBRATION_IMAGES = 512;
/** A folder of images lists them class by class. */
const CALIBRATION_SEED = 0;

/**
 * Trains one model, quantizes it where that is asked for, and writes the predictions, resuming from files
 * of an earlier attempt.
 */
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
  const predictInto = async (
    file: string,
    { variant, sparsity }: VariantOf,
    network: TrainedModel,
  ): Promise<void> => {
    await removeTemporaries(dirname(file), basename(file));
    const predictions = await predict(network, test, { signal });
    await writeModelPredictions(file, { ...predictions, variant, sparsity, replicate });
  };
  try {
    if (!existsSync(predictionsFile))
      await predictInto(predictionsFile, variantOf(trained), trained);
    for (const { variant, quantization, folder, predictionsFile } of spec.quantized) {
      if (existsSync(predictionsFile)) continue;
      const quantized = await quantizeModel(trained, {
        ...quantization,
        ...(quantization.activations && {
          calibration: train.shuffle(CALIBRATION_SEED).take(CALIBRATION_IMAGES),
        }),
      });
      try {
        await saveModel(folder, quantized);
        await predictInto(predictionsFile, { variant, sparsity: Number.NaN }, quantized);
      } finally {
        quantized.model.dispose();
      }
    }
  } finally {
    trained.model.dispose();
  }
}

serveWorker(trainReplicate);
