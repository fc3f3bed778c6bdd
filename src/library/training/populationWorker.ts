import { basename, dirname } from 'node:path';
import {
  removeParts,
  variantOfSparsity,
  writeModelPredictions,
} from 'selective-brain-damage-statistics/internal';
import type { EngineName } from '../backend/backend';
import type { DatasetRecipe } from '../datasets/imageDataset';
import { keptOpen } from '../datasets/openDataset';
import { predict } from '../evaluation/predict';
import type { ModelRecipe } from '../models/model';
import { serveJobs } from '../workers/serveJobs';
import type { TrainingOptions } from './run';
import { trainPruned } from './trainPruned';

/** One model of a population, as its process is told about it. */
export interface PopulationUnit {
  readonly sparsity: number;
  readonly replicate: number;
  readonly seed: number;
  /** Where the model goes. */
  readonly folder: string;
  /** Where its predictions go; written last, so that they say that the unit is done. */
  readonly predictionsFile: string;
}

/** What all models of a population share. */
export interface PopulationPlan {
  readonly train: DatasetRecipe;
  readonly test: DatasetRecipe;
  readonly model: ModelRecipe;
  readonly engine: EngineName;
  readonly training: TrainingOptions;
}

/** What a process is asked to do. */
export interface PopulationJob {
  readonly plan: PopulationPlan;
  readonly unit: PopulationUnit;
}

/** Steps of training done. */
export type PopulationReport = number;

/** Trains one model and writes its predictions; what is there already is not made again. */
async function makeUnit(
  { plan, unit }: PopulationJob,
  report: (step: PopulationReport) => void,
  signal: AbortSignal,
): Promise<void> {
  const { sparsity, replicate, seed, folder, predictionsFile } = unit;
  const [train, test] = [await keptOpen(plan.train), await keptOpen(plan.test)];
  const { model } = await trainPruned({
    ...plan.training,
    data: train,
    model: plan.model,
    engine: plan.engine,
    sparsity,
    seed,
    folder,
    signal,
    onProgress: ({ step }) => report(step),
  });
  try {
    await removeParts(dirname(predictionsFile), basename(predictionsFile));
    const predictions = await predict(model, test, { signal });
    await writeModelPredictions(predictionsFile, {
      ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
      ...predictions,
    });
  } finally {
    model.dispose();
  }
}

serveJobs(makeUnit);
