import {
  checkOption,
  checkOptions,
  choice,
  count,
  FLAG,
  FROM_0,
  FUNCTION,
  listOf,
  type OptionRules,
  required,
  SEED,
  SIGNAL,
  SPARSITY,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { BACKEND_NAMES, type BackendName } from '../backend/backend';
import { type Quantization, quantizationRules } from '../compression/quantization';
import { DATASET, type ImageDataset } from '../datasets/imageDataset';
import { checkModelSpec } from '../models/modelSpec';
import { isLayersNetwork } from '../models/network';
import { variantOfQuantization } from '../models/variantOfRun';
import { object } from '../optionRules';
import { checkQueue } from '../queue/runUnits';
import type { PopulationProgress } from './populationTally';
import {
  checkNestedOptions,
  MODEL,
  type TrainableModel,
  type TrainingOptions,
  trainingRules,
} from './trainingOptions';

/** Options of `trainPopulation`. */
export interface TrainPopulationOptions extends TrainingOptions {
  /** Training images; a data set that a loader opened, since every process opens it again. */
  train: ImageDataset;
  /** Images to predict. */
  test: ImageDataset;
  /** A network by name, or one whose topology every model takes over, with weights of its own. */
  model: TrainableModel;
  /** Sparsities, 0 (dense) to below 1, at least one. */
  sparsities: readonly number[];
  /** Models of each sparsity. */
  replicates: number;
  /** Every model's own seed is derived from it. */
  seed: number;
  /**
   * Quantizes every dense model in these ways too, as `quantizeModel` does: variants `int8`, `int4`,
   * `float16`, `int8 per tensor` without `perChannel`, `int8 static` with `activations`, whose
   * replicates are those of the dense models, so that `pairing: 'replicate'` and `flips` compare each
   * with the network that it was made of. Ranges of activations come from 512 training images, without
   * augmentation. Default: none.
   */
  compress?: readonly Quantization[];
  /** Folder of models and predictions, from which a rerun resumes; or `s3://bucket/prefix`. */
  folder: string;
  /** Seconds between checkpoints of a model. Default 60. */
  checkpointSeconds?: number;
  /**
   * Whether the population is given though some of its models could not be trained; they are named on stderr
   * and in `failures`. Default false: then it is an error, which holds the others.
   */
  allowFailures?: boolean;
  /** Processes, of one thread each. Default: one per core; one on a GPU. */
  processes?: number;
  /**
   * A queue whose workers (`sbd worker`), on any machine, train the models in place of this machine:
   * `redis://user:password@host:6379`, or `rediss://` for TLS. They read the images and write `folder` at the
   * same places as this machine, which shows their progress. Default: none.
   */
  queue?: string;
  /** The backend of all models. Default: the current one, else the first that loads. */
  backend?: BackendName;
  /** Called as the training progresses. Default: a line on the terminal. */
  onProgress?: (progress: PopulationProgress) => void;
  /** Stops the processes and keeps what they have done. Interrupting a notebook does so too. */
  signal?: AbortSignal;
}

/** The options' rules, which plans share. */
export const populationRules: OptionRules<TrainPopulationOptions> = {
  ...trainingRules,
  train: required(DATASET),
  test: required(DATASET),
  model: required(MODEL),
  sparsities: required(listOf(SPARSITY)),
  replicates: required(count()),
  seed: required(SEED),
  compress: listOf(object('{ weights, activations, perChannel }')),
  folder: required(TEXT),
  checkpointSeconds: FROM_0,
  allowFailures: FLAG,
  processes: count(),
  queue: TEXT,
  backend: choice(BACKEND_NAMES),
  onProgress: FUNCTION,
  signal: SIGNAL,
};

/** @throws OptionError for a wrong option or value */
export function checkPopulationOptions(cell: string, options: TrainPopulationOptions): void {
  checkOptions(cell, options, populationRules);
  checkNestedOptions(cell, options);
  if (!isLayersNetwork(options.model)) checkModelSpec(cell, options.model);
  checkCompress(cell, options);
  checkQueue(options.queue, options.processes);
}

/** @throws OptionError where a quantization has a wrong value, stands twice, or has no dense model */
export function checkCompress(
  cell: string,
  { compress = [], sparsities }: Pick<TrainPopulationOptions, 'compress' | 'sparsities'>,
): void {
  for (const [i, quantization] of compress.entries())
    checkOptions(cell, quantization, quantizationRules, `compress[${i}].`);
  const variants = compress.map(variantOfQuantization);
  const twice = variants.find((variant, i) => variants.indexOf(variant) < i);
  checkOption('compress', twice, twice === undefined, 'each quantization once');
  checkOption(
    'sparsities',
    sparsities,
    compress.length === 0 || sparsities.includes(0),
    '0 among them, since compress quantizes dense models',
  );
}
