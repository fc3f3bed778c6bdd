import type { DatasetRecipe, ImageDataset } from '../datasets/imageDataset';
import { openDataset } from '../datasets/openDataset';
import type { EngineName } from '../engine/engine';
import type { ModelRecipe } from '../models/model';
import { predict } from '../predictions/predict';
import { writeModelPredictions } from '../predictions/writePredictions';
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

/** From the process that trains to the one that asked for it. */
export type WorkerMessage =
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly reason: string };

/** Trains one model and writes its predictions; what is there already is not made again. */
async function makeUnit(plan: PopulationPlan, unit: PopulationUnit): Promise<void> {
  const { sparsity, replicate, seed, folder, predictionsFile } = unit;
  const [train, test] = [await opened(plan.train), await opened(plan.test)];
  const { model } = await trainPruned({
    ...plan.training,
    data: train,
    model: plan.model,
    engine: plan.engine,
    sparsity,
    seed,
    folder,
    signal: stopping.signal,
    onProgress: ({ step }) => tell({ type: 'step', step }),
  });
  await writeModelPredictions(predictionsFile, {
    sparsity,
    replicate,
    ...(await predict(model, test)),
  });
  model.dispose();
}

const datasets = new Map<string, Promise<ImageDataset>>();

/** A data set stays open for all models that a process trains. */
function opened(recipe: DatasetRecipe): Promise<ImageDataset> {
  const key = JSON.stringify(recipe);
  if (!datasets.has(key)) datasets.set(key, openDataset(recipe));
  return datasets.get(key)!;
}

const stopping = new AbortController();

function tell(message: WorkerMessage): void {
  // Whoever asked may be gone without this process knowing: an error without a callback ends it.
  if (process.connected) process.send!(message, () => {});
}

/** Whoever asked is gone or wants an end: the training leaves a checkpoint first. */
for (const end of ['disconnect', 'SIGINT', 'SIGTERM'] as const)
  process.on(end, () => stopping.abort(end));

process.on('message', ({ plan, unit }: { plan: PopulationPlan; unit: PopulationUnit }) => {
  makeUnit(plan, unit)
    .then(() => tell({ type: 'done' }))
    .catch((error) => tell({ type: 'failed', reason: `${error.name}: ${error.message}` }))
    .finally(() => {
      if (stopping.signal.aborted) process.exit(1);
    });
});
