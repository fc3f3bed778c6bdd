import { version as nodeVersion } from 'node:process';
import { OptionError, TrainingError } from 'selective-brain-damage-statistics';
import {
  checkChoice,
  checkCount,
  checkFrom0,
  checkOption,
  checkSparsity,
} from 'selective-brain-damage-statistics/internal';
import type { EngineInfo } from '../backend/backend';
import type * as tf from '../backend/tf';
import type { DatasetView, ImageDataset } from '../datasets/imageDataset';
import { optionsAnywhere } from '../datasets/openDataset';
import type { ModelRecipe } from '../models/model';
import { VERSION } from '../version';
import { PRUNING_METHODS, type PruningMethod } from './masks';
import { type LearningRateSchedule, type PruningSchedule, paperSchedules } from './schedule';

/** How a model is trained and pruned; what is left out is the paper's, in proportion. */
export interface TrainingOptions {
  /** Passes over the training images. Default 90. Give either `epochs` or `steps`. */
  epochs?: number;
  /** Batches to train on. */
  steps?: number;
  /** Images per step. Default 128. */
  batchSize?: number;
  /**
   * Rate per 256 images, warm-up and drops, in steps. Default 0.1, 5/90 of the steps, and a tenth
   * at 30/90, 60/90 and 80/90 of them.
   */
  learningRate?: Partial<LearningRateSchedule>;
  /** Of Nesterov's accelerated gradient. Default 0.9. */
  momentum?: number;
  /** λ of λ/2 · |w|², on all weights but those of batch norms. Default 1e-4. */
  weightDecay?: number;
  /** Share of the target spread over all classes. Default 0.1. */
  labelSmoothing?: number;
  /** Random crop and flip. Default true. */
  augment?: boolean;
  pruning?: PruningOptions;
}

/** Options of gradual pruning, in steps. */
export interface PruningOptions extends Partial<PruningSchedule> {
  /** Default `'magnitude'`; `'random'` is the control. */
  method?: PruningMethod;
  /**
   * Weights to prune, by name (`conv1/kernel`; `dense_Dense2/kernel` for the second dense layer
   * without a name). Default: all convolution and dense kernels.
   */
  tensors?: readonly string[];
}

/** Everything that decides a model's weights; JSON. */
export interface RunConfig {
  readonly data: DataRecord;
  readonly model: ModelRecipe | GivenModel;
  readonly sparsity: number;
  readonly seed: number;
  readonly training: Required<Omit<TrainingOptions, 'epochs' | 'learningRate' | 'pruning'>> & {
    readonly learningRate: LearningRateSchedule;
  };
  /** Absent for a dense model. */
  readonly pruning?: PruningSchedule & {
    readonly method: PruningMethod;
    readonly tensors?: readonly string[];
  };
  readonly engine: EngineInfo;
  readonly versions: Readonly<Record<string, string>>;
}

/** Images, as a run records them. */
export interface DataRecord {
  /** For people. */
  readonly name: string;
  readonly hash: string;
  /** `take`, `shard` and so on. */
  readonly views: readonly DatasetView[];
  /** What the loader was told of preprocessing and classes, where it was. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A user's own model that starts from the weights it has. */
export interface GivenModel {
  readonly name: 'given';
  readonly title: string;
  /** SHA-256 of topology and weights. */
  readonly hash: string;
}

/** A point of the training curve. */
export interface HistoryEntry {
  /** Steps done. */
  readonly step: number;
  /** Mean training loss since the last entry, nats. */
  readonly loss: number;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Sparsity aimed at in the last step. */
  readonly sparsity: number;
}

/** What came of a run; JSON. */
export interface RunOutcome {
  readonly history: readonly HistoryEntry[];
  /** Share of zeros over all pruned weights; 0 for a dense model. */
  readonly sparsity: number;
  /** The sparsity reached, weight tensor by weight tensor. */
  readonly tensors: readonly {
    readonly name: string;
    readonly size: number;
    readonly kept: number;
    readonly sparsity: number;
  }[];
  /** Seconds of training, over all sittings. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** `run.json` of a trained model. */
export interface RunRecord {
  readonly config: RunConfig;
  readonly outcome: RunOutcome;
}

/**
 * Fills in what the options leave out.
 *
 * @throws OptionError naming the option, its value and what it takes
 */
export function resolveRun(
  data: ImageDataset,
  model: RunConfig['model'],
  sparsity: number,
  seed: number,
  engine: EngineInfo,
  options: TrainingOptions,
): RunConfig {
  const {
    batchSize = 128,
    momentum = 0.9,
    weightDecay = 1e-4,
    labelSmoothing = 0.1,
    augment = true,
    pruning = {},
  } = options;
  checkSparsity(sparsity);
  checkOption('seed', seed, Number.isSafeInteger(seed), 'a whole number');
  checkCount('batchSize', batchSize);
  checkOption('momentum', momentum, momentum >= 0 && momentum < 1, '0 <= momentum < 1');
  checkFrom0('weightDecay', weightDecay);
  checkOption(
    'labelSmoothing',
    labelSmoothing,
    labelSmoothing >= 0 && labelSmoothing < 1,
    '0 to 1',
  );
  const steps = resolveSteps(data, batchSize, options);
  const paper = paperSchedules(steps);
  const learningRate = { ...paper.learningRate, ...options.learningRate };
  checkLearningRate(learningRate);
  const { method = 'magnitude', tensors, ...given } = pruning;
  checkChoice('pruning.method', method, PRUNING_METHODS);
  const { begin, end, frequency } = { ...paper.pruning, ...given };
  if (sparsity > 0) checkPruning({ begin, end, frequency }, steps);
  return {
    data: recordOf(data),
    model,
    sparsity,
    seed,
    training: { steps, batchSize, learningRate, momentum, weightDecay, labelSmoothing, augment },
    ...(sparsity > 0 && {
      pruning: { method, begin, end, frequency, ...(tensors && { tensors }) },
    }),
    engine,
    versions: { 'selective-brain-damage': VERSION, node: nodeVersion },
  };
}

function checkLearningRate({ per256, warmup, drops }: LearningRateSchedule): void {
  checkFrom0('learningRate.per256', per256);
  checkFrom0('learningRate.warmup', warmup);
  for (const [i, { step, factor }] of drops.entries()) {
    checkFrom0(`learningRate.drops[${i}].step`, step);
    checkFrom0(`learningRate.drops[${i}].factor`, factor);
  }
}

/** Masks are drawn before a step, the last of which is `steps - 1`. */
function checkPruning({ begin, end, frequency }: PruningSchedule, steps: number): void {
  checkOption('steps', steps, steps > 1, 'at least 2 to prune in');
  checkCount('pruning.begin', begin, 0);
  checkCount('pruning.end', end);
  checkCount('pruning.frequency', frequency);
  checkOption('pruning.begin', begin, begin < end, `less than pruning.end, ${end}`);
  checkOption('pruning.end', end, end < steps, `less than the run's ${steps} steps`);
}

/** What a run records of images. */
export function recordOf({ name, hash, views, recipe }: ImageDataset): DataRecord {
  // The hash says which split of CIFAR-10 it is.
  const { split: _, ...options } = recipe ? optionsAnywhere(recipe) : {};
  return { name, hash, views, ...(Object.keys(options).length > 0 && { options }) };
}

function resolveSteps(data: ImageDataset, batchSize: number, options: TrainingOptions): number {
  const { epochs, steps } = options;
  if (steps !== undefined) {
    checkCount('steps', steps);
    if (epochs !== undefined)
      throw new OptionError(`epochs (${epochs}) and steps (${steps}) are both given: give one.`);
    return steps;
  }
  if (data.size === undefined)
    throw new OptionError(`How many images ${data.name} has is not known: give steps, not epochs.`);
  const stepsPerEpoch = Math.floor(data.size / batchSize);
  const enough = `at most the ${data.size} images of ${data.name}`;
  checkOption('batchSize', batchSize, stepsPerEpoch > 0, enough);
  checkOption('epochs', epochs ?? 90, (epochs ?? 90) > 0, 'more than 0');
  return Math.max(1, Math.round((epochs ?? 90) * stepsPerEpoch));
}

/**
 * Whether a run that was begun is the one asked for.
 *
 * @throws TrainingError naming the first thing that differs
 */
export function assertSameRun(folder: string, now: RunConfig, before: RunConfig): void {
  const difference =
    dataDifference(now.data, before.data) ??
    firstDifference({ ...now, data: null }, { ...before, data: null });
  if (difference)
    throw new TrainingError(
      `${folder} holds a run with other options: ${difference}. Choose another folder or delete it.`,
    );
}

/**
 * Whether a finished model is the one asked for, whatever engine made it: its record says which.
 *
 * @throws TrainingError naming the first option that differs
 */
export function assertSameOutcome(folder: string, now: RunConfig, before: RunConfig): void {
  const { engine, versions } = before;
  assertSameRun(folder, { ...now, engine, versions }, before);
}

/**
 * What tells two records' images apart; undefined where they are the same. Names are not compared:
 * that of a folder of images changes with where it lies, and the hash identifies what is in it.
 */
export function dataDifference(now: DataRecord, before: DataRecord): string | undefined {
  const [a, b] = [now, before].map(({ name: _, ...images }) => images);
  return firstDifference(a, b, 'data');
}

/**
 * The first place where two JSON values differ, as `training.steps is 100, was 200`; undefined
 * where they agree.
 */
function firstDifference(now: unknown, before: unknown, path = ''): string | undefined {
  if (isRecord(now) && isRecord(before)) {
    for (const key of new Set([...Object.keys(now), ...Object.keys(before)])) {
      const difference = firstDifference(
        now[key],
        before[key],
        path === '' ? key : `${path}.${key}`,
      );
      if (difference) return difference;
    }
    return undefined;
  }
  if (JSON.stringify(now) === JSON.stringify(before)) return undefined;
  return `${path} is ${JSON.stringify(now)}, was ${JSON.stringify(before)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What `trainPruned` trains: a network by name, or a model of the user's own. */
export type TrainableModel = ModelRecipe | tf.LayersModel;
