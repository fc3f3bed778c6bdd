import { readPredictions, TrainingError } from 'selective-brain-damage-statistics';
import {
  checkedJson,
  checkOption,
  checkOptions,
  checkStore,
  choice,
  count,
  exists,
  FLAG,
  FROM_0,
  FUNCTION,
  interruptible,
  listOf,
  type OptionRules,
  populationFile,
  predictionsFile,
  readPopulation,
  required,
  resolvePlace,
  SEED,
  SIGNAL,
  SPARSITY,
  seedFrom,
  storeOf,
  TEXT,
  variantOfSparsity,
} from 'selective-brain-damage-statistics/internal';
import {
  BACKEND_NAMES,
  type BackendInfo,
  type BackendName,
  defaultProcesses,
  useBackend,
} from '../backend/backend';
import { type Quantization, quantizationRules } from '../compression/quantization';
import { DATASET, type ImageDataset } from '../datasets/imageDataset';
import { specOf } from '../datasets/openDataset';
import { buildModel } from '../models/model';
import { readRun } from '../models/modelFolder';
import { checkModelSpec, type ModelSpec } from '../models/modelSpec';
import { isLayersNetwork, layersOf } from '../models/network';
import { renumbered } from '../models/renumbered';
import type { DataRecord } from '../models/runRecord';
import { topologyOf } from '../models/topology';
import { variantOfQuantization } from '../models/variantOfRun';
import { object } from '../optionRules';
import { checkQueue, runUnits } from '../queue/runUnits';
import type { FailedSpec } from '../workers/runInWorkers';
import { stoppedMessage } from '../workers/stoppedMessage';
import { checkpointFile } from './checkpoint';
import { dataDifference, recordOf } from './dataRecord';
import { incompleteModels } from './incompleteModels';
import { type Population, PopulationError, type PopulationFailure } from './population';
import {
  type ModelPlace,
  modelsOf,
  type PopulationSpec,
  type QuantizedSpec,
  type ReplicateReport,
  type ReplicateSpec,
} from './populationSpec';
import { type PopulationProgress, PopulationTally } from './populationTally';
import { resolveRun } from './resolveRun';
import { assertSameOutcome } from './sameRun';
import {
  checkNestedOptions,
  MODEL,
  type TrainableModel,
  type TrainingOptions,
  trainingOptionsOf,
  trainingRules,
} from './trainingOptions';
import { prunableWeights } from './trainingState';

/** Options of {@link trainPopulation}. */
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
  /** Stops the processes and keeps what they have done. Interrupting a notebook and Ctrl-C do so too. */
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

/**
 * Trains `replicates` networks at every sparsity, each from its own seed, one process per core, and
 * has each predict the test images (Hooker et al. 2019, section 3.1). A rerun resumes: a model whose
 * predictions are in the folder is not trained again, an unfinished one continues from its checkpoint.
 *
 * `compress`, which may be added to a population that is there, quantizes the dense models as well.
 *
 * A model that fails is tried once more, and the others continue. If one fails again, as on a full disk, the
 * population is an error in the end, unless `allowFailures`; a rerun trains what is missing.
 *
 * @returns the predictions of all models in the folder that belong to these options
 * @throws OptionError for a wrong option or value
 * @throws PopulationError if some models failed twice; its `population` holds the others
 * @throws TrainingError if every model failed, or the folder holds a population with other options
 * @throws StoreError if a folder or a bucket cannot be used
 * @throws QueueError if a queue does not answer
 */
export async function trainPopulation(options: TrainPopulationOptions): Promise<Population> {
  checkOptions('trainPopulation', options, populationRules);
  checkNestedOptions('trainPopulation', options);
  if (!isLayersNetwork(options.model)) checkModelSpec('trainPopulation', options.model);
  checkCompress('trainPopulation', options);
  checkQueue(options.queue, options.processes);
  const { train, test, sparsities, replicates, seed, compress, onProgress } = options;
  const { checkpointSeconds } = options;
  const backend = await useBackend(options.backend ? { backend: options.backend } : {});
  const folder = resolvePlace(options.folder);
  await checkStore(folder);
  const population: PopulationSpec = {
    train: specOf(train),
    test: specOf(test),
    model: modelSpecOf(options.model),
    backend: backend.name,
    training: trainingOptionsOf(options),
    ...(compress && { compress }),
    ...(checkpointSeconds !== undefined && { checkpointSeconds }),
  };
  const wanted = Array.from({ length: replicates }, (_, replicate) =>
    sparsities.map((sparsity) => replicateSpec(folder, population, sparsity, replicate, seed)),
  ).flat();
  const testSet = recordOf(test);
  await assertSameTest(folder, testSet);
  const incomplete = await countIncomplete(wanted, train, backend);
  await storeOf(folder).replace(
    populationFile(folder),
    checkedJson({
      ...{ ...population, test_set: testSet, class_names: test.classNames },
      ...{ seed, sparsities, replicates },
    }),
  );
  const { model, training } = population;
  const { steps, batchSize } = resolveRun(train, model, 0, seed, backend, training).training;
  const tally = new PopulationTally(incomplete, steps * batchSize, onProgress);
  const waiting = wanted.filter((spec) => incomplete.get(spec)! > 0);
  const isBegun = waiting.length < wanted.length || (await someBegun(waiting));
  if (waiting.length > 0 && isBegun && !onProgress)
    console.error(`Training goes on from ${folder}, where ${tally.account} are done.`);
  const failures = await interruptible(options.signal, async (signal) => {
    const failed = await runUnits<ReplicateSpec, ReplicateReport>(waiting, {
      ...{ kind: 'train', queue: options.queue, groupOf: ({ variant }) => variant },
      processes: options.processes ?? defaultProcesses(backend),
      signal,
      onReport: (spec, { step, complete }) => tally.reach(spec, step * batchSize, complete),
      onEnd: (spec, failure) => tally.end(spec, failure !== undefined),
    }).finally(() => tally.close());
    if (signal.aborted)
      throw new TrainingError(stoppedMessage('Training', folder, ` with ${tally.account} done`), {
        cause: signal.reason,
      });
    return (await Promise.all(failed.map(failuresOf))).flat();
  });
  const files = completeFiles(wanted, failures);
  const account = accountOfFailures(failures);
  if (files.length === 0)
    throw new TrainingError(`No model could be trained:${account}`, { file: folder });
  const predictions = await readPredictions(files, { classNames: test.classNames });
  const made = { ...predictions, folder, backend, failures };
  if (failures.length === 0) return made;
  const summary = `${failures.length} of ${files.length + failures.length} models failed`;
  if (!options.allowFailures)
    throw new PopulationError(
      `${summary}; the others are in ${folder} and in this error's population. Run it again to train what is ` +
        `missing, or pass allowFailures: true to do without:${account}`,
      made,
    );
  console.warn(`${summary} and are left out:${account}`);
  return made;
}

async function someBegun(specs: readonly ReplicateSpec[]): Promise<boolean> {
  for (const { folder } of specs) if (await exists(checkpointFile(folder))) return true;
  return false;
}

async function failuresOf({
  spec,
  reason,
}: FailedSpec<ReplicateSpec>): Promise<PopulationFailure[]> {
  const { replicate } = spec;
  const models = await incompleteModels(spec);
  return models.map(({ variant, sparsity }) => ({ variant, sparsity, replicate, reason }));
}

/** The predictions' files of all models but those that failed. */
function completeFiles(
  wanted: readonly ReplicateSpec[],
  failures: readonly PopulationFailure[],
): string[] {
  return wanted.flatMap((spec) =>
    modelsOf(spec)
      .filter(
        ({ variant }) =>
          !failures.some((f) => f.variant === variant && f.replicate === spec.replicate),
      )
      .map((model) => model.predictionsFile),
  );
}

function accountOfFailures(failures: readonly PopulationFailure[]): string {
  return failures
    .map(({ variant, replicate, reason }) => `\n  ${variant}, replicate ${replicate}: ${reason}`)
    .join('');
}

function replicateSpec(
  folder: string,
  population: PopulationSpec,
  sparsity: number,
  replicate: number,
  seed: number,
): ReplicateSpec {
  return {
    population,
    replicate,
    seed: seedFrom(seed, 'model', sparsity, replicate),
    ...modelPlace(folder, variantOfSparsity(sparsity), sparsity, replicate),
    quantized: sparsity > 0 ? [] : quantizedSpecs(folder, population, replicate),
  };
}

function quantizedSpecs(
  folder: string,
  { compress = [] }: PopulationSpec,
  replicate: number,
): QuantizedSpec[] {
  return compress.map((quantization) => ({
    quantization,
    ...modelPlace(folder, variantOfQuantization(quantization), Number.NaN, replicate),
  }));
}

function modelPlace(
  population: string,
  variant: string,
  sparsity: number,
  replicate: number,
): ModelPlace {
  const file = predictionsFile(population, { variant, sparsity, replicate });
  return { variant, sparsity, folder: file.replace(/\.parquet$/, ''), predictionsFile: file };
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

/** Predictions of other images that are in the folder would otherwise pass for those of `test`. */
async function assertSameTest(folder: string, test: DataRecord): Promise<void> {
  const before = (await readPopulation(folder))?.test_set as DataRecord | undefined;
  if (before !== undefined && dataDifference(test, before))
    throw new TrainingError(
      `${folder} holds predictions of other test images: ${JSON.stringify(before)}, asked for ` +
        `${JSON.stringify(test)}. Choose another folder or delete it.`,
      { file: folder },
    );
}

/**
 * How many models of each network are not there yet; also builds the network, before any process is
 * started for it.
 */
async function countIncomplete(
  wanted: readonly ReplicateSpec[],
  train: ImageDataset,
  backend: BackendInfo,
): Promise<Map<ReplicateSpec, number>> {
  const { imageShape, numClasses } = train;
  const { model: network, training } = wanted[0]!.population;
  const model = await buildModel(network, { imageShape, numClasses }, 0);
  if (wanted.some(({ sparsity }) => sparsity > 0)) prunableWeights(model, training.pruning);
  model.dispose();
  const incomplete = new Map<ReplicateSpec, number>();
  for (const spec of wanted) {
    const now = resolveRun(train, network, spec.sparsity, spec.seed, backend, training);
    const made = await readRun(spec.folder);
    if (made) assertSameOutcome(spec.folder, now, made.spec);
    incomplete.set(spec, (await incompleteModels(spec)).length);
  }
  return incomplete;
}

function modelSpecOf(model: TrainableModel): ModelSpec {
  if (!isLayersNetwork(model)) return model;
  const topology = renumbered(topologyOf(layersOf(model)));
  return { name: 'topology', topology: JSON.parse(JSON.stringify(topology)) };
}
