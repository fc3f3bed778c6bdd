import {
  checkOptions,
  choice,
  count,
  either,
  FLAG,
  FROM_0,
  listOf,
  type OptionRule,
  type OptionRules,
  required,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import type { ModelSpec } from '../models/modelSpec';
import { isLayersNetwork, type LayersNetwork } from '../models/network';
import type {
  AugmentOptions,
  LearningRateDecay,
  LearningRateSchedule,
  PruningMethod,
  PruningSchedule,
} from '../models/runRecord';
import { object, POSITIVE, SHARE_BELOW_1 } from '../optionRules';
import { PRUNING_METHODS } from './masks';

/** A network to train: one by name, or a trained model or `tf.LayersModel`. */
export type TrainableModel = ModelSpec | LayersNetwork;

/**
 * How a model is trained and pruned. Defaults are the paper's, in proportion to the run's length.
 * Schedules count in the unit in which the length is given: in epochs, or in steps where `steps` is.
 */
export interface TrainingOptions {
  /** Passes over the training images. Default 90. Give either `epochs` or `steps`. */
  epochs?: number;
  /** Batches to train on. */
  steps?: number;
  /** Images per step. Default 128. */
  batchSize?: number;
  /** Rate per 256 images, or that with its warm-up and decay steps. */
  learningRate?: number | Partial<LearningRateSchedule>;
  /** Of Nesterov's accelerated gradient, 0 to below 1. Default 0.9. */
  momentum?: number;
  /** λ of λ/2 · |w|², on all weights but those of batch norms. Default 1e-4. */
  weightDecay?: number;
  /** Share of the target spread over all classes, 0 to below 1. Default 0.1. */
  labelSmoothing?: number;
  /** Random crop and flip, or how to flip. Default true. */
  augment?: boolean | AugmentOptions;
  /** When, how and which weights are pruned; no effect on a dense model. */
  pruning?: PruningOptions;
}

/** Options of gradual pruning. */
export interface PruningOptions extends Partial<PruningSchedule> {
  /** Default `'magnitude'`; `'random'` is the control. */
  method?: PruningMethod;
  /**
   * Weights to prune, by name (`conv1/kernel`; `dense_Dense2/kernel` for the second dense layer
   * without a name). Default: all convolution and dense kernels, but for the classifier's.
   */
  tensors?: readonly string[];
  /**
   * Prunes the layer that gives the logits too. Default false, as in the authors' code, whose masks sit
   * on convolutions alone: a pruned classifier would leave each class another number of weights.
   */
  classifier?: boolean;
}

const learningRateRules: OptionRules<LearningRateSchedule> = {
  per256: FROM_0,
  warmup: FROM_0,
  shape: choice(['steps', 'linear', 'cosine']),
  decays: listOf(object('{ at, factor }'), 0),
};

const decayRules: OptionRules<LearningRateDecay> = {
  at: required(FROM_0),
  factor: required(FROM_0),
};

const augmentRules: OptionRules<AugmentOptions> = {
  flip: choice(['random', 'alternating', 'none']),
  crop: count(0),
};

const pruningRules: OptionRules<PruningOptions> = {
  begin: FROM_0,
  end: FROM_0,
  frequency: POSITIVE,
  method: choice(PRUNING_METHODS),
  tensors: listOf(TEXT),
  classifier: FLAG,
};

/** The rules of the training options; the only list of them. */
export const trainingRules: OptionRules<TrainingOptions> = {
  epochs: POSITIVE,
  steps: count(),
  batchSize: count(),
  learningRate: either(FROM_0, object('an object with per256, warmup, shape or decays')),
  momentum: SHARE_BELOW_1,
  weightDecay: FROM_0,
  labelSmoothing: SHARE_BELOW_1,
  augment: either(FLAG, object('an object with flip or crop')),
  pruning: object('an object with begin, end, frequency, method, tensors or classifier'),
};

/** The network option of `trainPruned` and `trainPopulation`. */
export const MODEL: OptionRule = {
  expected: "a network by name, as { name: 'small-cnn' }, a trained model or a tf.LayersModel",
  accepts: (value) =>
    isLayersNetwork(value) ||
    (typeof value === 'object' && typeof (value as { name?: unknown })?.name === 'string'),
};

/** @throws OptionError where the options that lie in another have a wrong name or value */
export function checkNestedOptions(
  cell: string,
  { learningRate, augment, pruning }: TrainingOptions,
): void {
  if (typeof learningRate === 'object') {
    checkOptions<Partial<LearningRateSchedule>>(
      cell,
      learningRate,
      learningRateRules,
      'learningRate.',
    );
    for (const [i, decay] of (learningRate.decays ?? []).entries())
      checkOptions(cell, decay, decayRules, `learningRate.decays[${i}].`);
  }
  if (typeof augment === 'object') checkOptions(cell, augment, augmentRules, 'augment.');
  if (pruning !== undefined) checkOptions(cell, pruning, pruningRules, 'pruning.');
}

/** The training options, without the options beside them. */
export function trainingOptionsOf(options: TrainingOptions): TrainingOptions {
  const names = Object.keys(trainingRules) as (keyof TrainingOptions)[];
  return Object.fromEntries(
    names.map((name) => [name, options[name]]).filter(([, value]) => value !== undefined),
  );
}
