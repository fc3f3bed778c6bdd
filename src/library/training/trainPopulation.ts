import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type Predictions,
  readPredictions,
  TrainingError,
} from 'selective-brain-damage-statistics';
import {
  checkCount,
  checkOption,
  formatDuration,
  interruptible,
  predictionsFile,
  progress,
  readPopulation,
  seedFrom,
  toJson,
  variantOfSparsity,
  writeWhole,
} from 'selective-brain-damage-statistics/internal';
import { defaultProcesses, type EngineInfo, type EngineName, useEngine } from '../backend/backend';
import * as tf from '../backend/tf';
import type { ImageDataset } from '../datasets/imageDataset';
import { recipeOf } from '../datasets/openDataset';
import { buildModel, type ModelRecipe, topologyOf } from '../models/model';
import { readRun } from '../models/modelFolder';
import { renumbered } from '../models/renumbered';
import { runJobs } from '../workers/runJobs';
import type {
  PopulationJob,
  PopulationPlan,
  PopulationReport,
  PopulationUnit,
} from './populationWorker';
import {
  assertSameOutcome,
  type DataRecord,
  dataDifference,
  recordOf,
  resolveRun,
  type TrainableModel,
  type TrainingOptions,
} from './run';
import { prunableWeights } from './trainingState';

/** Options of {@link trainPopulation}. */
export interface TrainPopulationOptions extends TrainingOptions {
  /** Training images; a data set that a loader opened, since every process opens it again. */
  train: ImageDataset;
  /** Images to predict. */
  test: ImageDataset;
  /** A network by name, or a `tf.LayersModel`, whose topology every model starts from anew. */
  model: TrainableModel;
  /** Sparsity levels, 0 (dense) to below 1. */
  sparsities: readonly number[];
  /** Models at each level. */
  replicates: number;
  /** Every model's own seed is derived from it. */
  seed: number;
  /** Where models and predictions go, and what a rerun goes on from. */
  folder: string;
  /** Processes, of one thread each. Default: one per core; one on a GPU. */
  processes?: number;
  engine?: EngineName;
  /** Called as the training moves on. Default: a line on the terminal. */
  onProgress?: (progress: PopulationProgress) => void;
  /** Stops the processes; what they have done is kept. An interrupted notebook does so too. */
  signal?: AbortSignal;
}

/** Where the training of a population stands. */
export interface PopulationProgress {
  readonly done: number;
  readonly failed: number;
  readonly models: number;
  /** Over all processes. */
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

/** The predictions of a population, and what became of its training. */
export interface Population extends Predictions {
  readonly folder: string;
  readonly engine: EngineInfo;
  /** Models that failed twice; they are not among the predictions. */
  readonly failures: readonly PopulationFailure[];
}

/** A model that could not be trained. */
export interface PopulationFailure {
  readonly sparsity: number;
  readonly replicate: number;
  readonly reason: string;
}

/**
 * Trains `replicates` networks at every sparsity, each from its own seed, one process per core, and
 * lets each predict the test images (paper, section 3.1). Stopped and run again it goes on: a model
 * whose predictions are there is not trained again, one that was under way resumes.
 *
 * A model that fails is tried once more; if it fails again it is reported on stderr and in
 * `failures`, and the others go on.
 *
 * @returns the predictions of all models in the folder that belong to these options
 * @throws OptionError if an option has a value that it does not take
 * @throws TrainingError if every model failed, or the folder holds a population with other options
 */
export async function trainPopulation(options: TrainPopulationOptions): Promise<Population> {
  const { train, test, sparsities, replicates, seed, onProgress } = options;
  checkOption('sparsities', sparsities, sparsities.length > 0, 'at least one, as in [0, 0.9]');
  checkCount('replicates', replicates);
  const engine = await useEngine(options.engine ? { engine: options.engine } : {});
  const folder = resolve(options.folder);
  const plan: PopulationPlan = {
    train: recipeOf(train),
    test: recipeOf(test),
    model: modelRecipe(options.model),
    engine: engine.name,
    training: trainingOptions(options),
  };
  const units = Array.from({ length: replicates }, (_, replicate) =>
    sparsities.map((sparsity) => unitOf(folder, sparsity, replicate, seed)),
  ).flat();

  const testSet = recordOf(test);
  await assertSameTest(folder, testSet);
  const waiting = await unfinished(units, plan, train, engine);
  await writeWhole(
    join(folder, 'population.json'),
    toJson({ ...plan, test_set: testSet, class_names: test.classNames, seed }),
  );
  const batches = resolveRun(train, plan.model, 0, seed, engine, plan.training).training;
  const tally = new Tally(units.length, waiting.length, batches.steps * batches.batchSize);
  const report = onProgress ?? (() => progress().update(tally.line()));
  const failures = await interruptible(options.signal, async (signal) => {
    const jobs = waiting.map((unit): PopulationJob => ({ plan, unit }));
    const failed = await runJobs<PopulationJob, PopulationReport>(jobs, {
      worker: join(__dirname, 'populationWorker.js'),
      processes: options.processes ?? defaultProcesses(engine),
      signal,
      onReport: ({ unit }, step) => {
        tally.at(unit, step * batches.batchSize);
        report(tally.progress());
      },
      onEnd: ({ unit }, failure) => {
        tally.end(unit, failure !== undefined);
        report(tally.progress());
      },
    });
    if (!onProgress) progress().done();
    if (signal.aborted)
      throw new TrainingError(`Training was stopped; run it again to go on from ${folder}.`, {
        cause: signal.reason,
      });
    return failed.map(({ job: { unit }, reason }): PopulationFailure => {
      const { sparsity, replicate } = unit;
      return { sparsity, replicate, reason };
    });
  });
  const made = units.filter((unit) => existsSync(unit.predictionsFile));
  const account = failures
    .map(
      ({ sparsity, replicate, reason }) =>
        `\n  sparsity ${sparsity}, replicate ${replicate}: ${reason}`,
    )
    .join('');
  if (made.length === 0) throw new TrainingError(`No model could be trained:${account}`);
  if (failures.length > 0)
    console.warn(`${failures.length} of ${units.length} models failed and are left out:${account}`);
  const predictions = await readPredictions(
    made.map((unit) => unit.predictionsFile),
    { classNames: test.classNames },
  );
  return { ...predictions, folder, engine, failures };
}

function unitOf(folder: string, sparsity: number, replicate: number, seed: number): PopulationUnit {
  const file = predictionsFile(folder, {
    variant: variantOfSparsity(sparsity),
    sparsity,
    replicate,
  });
  return {
    sparsity,
    replicate,
    seed: seedFrom(seed, 'model', sparsity, replicate),
    folder: file.replace(/\.parquet$/, ''),
    predictionsFile: file,
  };
}

/** Predictions that are there would else pass for predictions of other images. */
async function assertSameTest(folder: string, test: DataRecord): Promise<void> {
  const before = (await readPopulation(folder))?.test_set as DataRecord | undefined;
  if (before !== undefined && dataDifference(test, before))
    throw new TrainingError(
      `${folder} holds predictions of other test images: ${JSON.stringify(before)}, asked for ` +
        `${JSON.stringify(test)}. Choose another folder or delete it.`,
    );
}

/** The units without predictions; also tries the plan before any process is started for it. */
async function unfinished(
  units: readonly PopulationUnit[],
  plan: PopulationPlan,
  train: ImageDataset,
  engine: EngineInfo,
): Promise<PopulationUnit[]> {
  const { imageShape, numClasses } = train;
  const model = await buildModel(plan.model, { imageShape, numClasses }, 0);
  prunableWeights(model, plan.training.pruning?.tensors);
  model.dispose();
  const waiting: PopulationUnit[] = [];
  for (const unit of units) {
    const config = resolveRun(train, plan.model, unit.sparsity, unit.seed, engine, plan.training);
    const made = await readRun(unit.folder);
    if (made) assertSameOutcome(unit.folder, config, made.config);
    if (!made || !existsSync(unit.predictionsFile)) waiting.push(unit);
  }
  return waiting;
}

/** How far all models are, in images. */
class Tally {
  private readonly started = Date.now();
  private readonly imagesOf = new Map<PopulationUnit, number>();
  private done: number;
  private failed = 0;
  /** Where resumed models stood: not trained in this sitting. */
  private resumed = 0;

  constructor(
    private readonly models: number,
    private readonly waiting: number,
    private readonly imagesPerModel: number,
  ) {
    this.done = models - waiting;
  }

  at(unit: PopulationUnit, images: number): void {
    if (!this.imagesOf.has(unit)) this.resumed += images;
    this.imagesOf.set(unit, images);
  }

  end(unit: PopulationUnit, failed: boolean): void {
    this.at(unit, this.imagesPerModel);
    if (failed) this.failed++;
    else this.done++;
  }

  progress(): PopulationProgress {
    const trained = [...this.imagesOf.values()].reduce((sum, images) => sum + images, 0);
    const seconds = (Date.now() - this.started) / 1000;
    const imagesPerSecond = Math.max(0, trained - this.resumed) / Math.max(1e-3, seconds);
    const left = this.waiting * this.imagesPerModel - trained;
    const secondsLeft = imagesPerSecond > 0 ? left / imagesPerSecond : Number.POSITIVE_INFINITY;
    const { done, failed, models } = this;
    return { done, failed, models, imagesPerSecond, secondsLeft };
  }

  line(): string {
    const { done, failed, models, imagesPerSecond, secondsLeft } = this.progress();
    return (
      `${done} of ${models} models done${failed ? `, ${failed} failed` : ''}, ` +
      `${Math.round(imagesPerSecond)} images/s, ` +
      `${formatDuration(secondsLeft)} left`
    );
  }
}

function modelRecipe(model: TrainableModel): ModelRecipe {
  return model instanceof tf.LayersModel
    ? { name: 'topology', topology: JSON.parse(JSON.stringify(renumbered(topologyOf(model)))) }
    : model;
}

function trainingOptions(options: TrainPopulationOptions): TrainingOptions {
  const { epochs, steps, batchSize, learningRate, momentum, weightDecay } = options;
  const { labelSmoothing, augment, pruning } = options;
  const given = { epochs, steps, batchSize, learningRate, momentum, weightDecay };
  return Object.fromEntries(
    Object.entries({ ...given, labelSmoothing, augment, pruning }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
