import { basename, dirname } from 'node:path';
import {
  exists,
  removeTemporaries,
  storeOf,
  writeNewModelPredictions,
} from 'selective-brain-damage-statistics/internal';
import { quantizeModel } from '../compression/quantizeModel';
import type { ImageDataset } from '../datasets/imageDataset';
import { keptOpen } from '../datasets/openDataset';
import { predictAll } from '../evaluation/predictAll';
import { saveModel, type TrainedModel } from '../models/modelFolder';
import { variantOf } from '../models/network';
import { serveWorker } from '../workers/serveWorker';
import { isQuantizedOf } from './incompleteModels';
import {
  modelsOf,
  type QuantizedSpec,
  type ReplicateReport,
  type ReplicateSpec,
} from './populationSpec';
import { removeFailure } from './trainingFailure';
import { trainPruned } from './trainPruned';

/** Images from which the ranges of activations are taken; a few hundred suffice (Jacob et al. 2018). */
const CALIBRATION_IMAGES = 512;
/** Mixes the images, since a folder of images lists them class by class. */
const CALIBRATION_SEED = 0;

/**
 * Trains one model, quantizes it where that is asked for, and writes the predictions, resuming from files
 * of an earlier attempt.
 */
async function trainReplicate(
  spec: ReplicateSpec,
  report: (report: ReplicateReport) => void,
  signal: AbortSignal,
): Promise<void> {
  const { population, sparsity, replicate, seed, folder, predictionsFile } = spec;
  await Promise.all(modelsOf(spec).map((model) => removeFailure(model.folder)));
  const [train, test] = [await keptOpen(population.train), await keptOpen(population.test)];
  let step = 0;
  const trained = await trainPruned({
    ...population.training,
    data: train,
    model: population.model,
    backend: population.backend,
    sparsity,
    seed,
    folder,
    signal,
    ...(population.checkpointSeconds !== undefined && {
      checkpointSeconds: population.checkpointSeconds,
    }),
    onProgress: (progress) => {
      step = progress.step;
      report({ step, complete: 0 });
    },
  });
  step = trained.run.spec.training.steps;
  try {
    if (!(await exists(predictionsFile)))
      await writePredictions(predictionsFile, trained, replicate, test, signal);
    let complete = 1;
    report({ step, complete });
    const errors: unknown[] = [];
    for (const quantized of spec.quantized)
      try {
        if (!(await isQuantizedOf(trained.run, quantized)))
          await quantize(quantized, trained, replicate, train, test, signal);
        report({ step, complete: ++complete });
      } catch (error) {
        if (signal.aborted) throw error;
        errors.push(error);
      }
    if (errors.length > 0) throw errors[0];
  } finally {
    trained.model.dispose();
  }
}

async function quantize(
  { quantization, folder, predictionsFile }: QuantizedSpec,
  trained: TrainedModel,
  replicate: number,
  train: ImageDataset,
  test: ImageDataset,
  signal: AbortSignal,
): Promise<void> {
  const quantized = await quantizeModel(trained, {
    ...quantization,
    ...(quantization.activations && {
      calibration: train.shuffle(CALIBRATION_SEED).take(CALIBRATION_IMAGES),
    }),
  });
  try {
    // Predictions of an earlier network would pass for those of this one.
    await storeOf(predictionsFile).remove(predictionsFile);
    await saveModel(quantized, folder);
    await writePredictions(predictionsFile, quantized, replicate, test, signal);
  } finally {
    quantized.model.dispose();
  }
}

async function writePredictions(
  file: string,
  model: TrainedModel,
  replicate: number,
  test: ImageDataset,
  signal: AbortSignal,
): Promise<void> {
  await removeTemporaries(dirname(file), basename(file));
  const [predictions] = await predictAll([model], test, { signal });
  await writeNewModelPredictions(file, { ...predictions!, ...variantOf(model), replicate });
}

serveWorker(trainReplicate);
