import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type Predictions,
  readPredictions,
  TrainingError,
} from 'selective-brain-damage-statistics';
import {
  checkOption,
  checkOptions,
  choice,
  count,
  FUNCTION,
  interruptible,
  listOf,
  type OptionRules,
  predictionsFile,
  readPopulation,
  required,
  SEED,
  SIGNAL,
  SPARSITY,
  seedFrom,
  TEXT,
  toJson,
  variantOfSparsity,
  writeFileAtomic,
} from 'selective-brain-damage-statistics/internal';
import {
  BACKEND_NAMES,
  type BackendInfo,
  type BackendName,
  defaultProcesses,
  useBackend,
} from '../backend/backend';
import * as tf from '../backend/tf';
import { type Quantization, quantizationRules } from '../compression/quantization';
import { DATASET, type ImageDataset } from '../datasets/imageDataset';
import { specOf } from '../datasets/openDataset';
import { buildModel } from '../models/model';
import { readRun } from '../models/modelFolder';
import { checkModelSpec, type ModelSpec } from '../models/modelSpec';
import { renumbered } from '../models/renumbered';
import type { DataRecord } from '../models/runRecord';
import { topologyOf } from '../models/topology';
import { variantOfQuantization } from '../models/variantOfRun';
import { object } from '../optionRules';
import { ProgressMeter } from '../workers/progressMeter';
import { runInWorkers } from '../workers/runInWorkers';
import { stoppedMessage } from '../workers/stoppedMessage';
import { dataDifference, recordOf } from './dataRecord';
import type { PopulationSpec, QuantizedSpec, ReplicateSpec } from './populationSpec';
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
  /** A network by name, or a `tf.LayersModel`, whose topology every model starts from anew. */
  model: TrainableModel;
  /** Sparsities, 0 (dense) to below 1, at least one. */
  sparsities: readonly number[];
  /** Models of each sparsity. */
  replicates: number;
  /** Every model's own seed is derived from it. */
  seed: number;
  /**
   * Quantizes every dense model in these ways too: variants `int8`, `int4 per tensor`, `int8 static` and
   * so on, whose replicates are those of the dense models. Ranges of activations come from 512 training
   * images. Default: none.
   */
  compress?: readonly Quantization[];
  /** Folder of models and predictions, from which a rerun resumes. */
  folder: string;
  /** Processes, of one thread each. Default: one per core; one on a GPU. */
  processes?: number;
  /** The backend of all models. Default: the current one, else the first that loads. */
  backend?: BackendName;
  /** Called as the training progresses. Default: a line on the terminal. */
  onProgress?: (progress: PopulationProgress) => void;
  /** Stops the processes and keeps what they have done. Interrupting a notebook does so too. */
  signal?: AbortSignal;
}

/** The progress of a population's training. */
export interface PopulationProgress {
  /** Models that are complete. */
  readonly done: number;
  /** Models that failed twice. */
  readonly failed: number;
  /** All models that were asked for. */
  readonly models: number;
  /** Over all processes. */
  readonly imagesPerSecond: number;
  /** Infinity while nothing is known. */
  readonly secondsLeft: number;
}

/** The predictions of a population, with the outcome of its training. */
export interface Population extends Predictions {
  /** Folder of models and predictions, absolute. */
  readonly folder: string;
  /** The backend of the models that were trained now. */
  readonly backend: BackendInfo;
  /** Models that failed twice; they are not among the predictions. */
  readonly failures: readonly PopulationFailure[];
}

/** A model that could not be trained. */
export interface PopulationFailure {
  /** `dense`, or as `pruned 0.9`. */
  readonly variant: string;
  /** Share of the prunable weights that should be zero, 0 to below 1. */
  readonly sparsity: number;
  /** From 0. */
  readonly replicate: number;
  /** The error of the second attempt. */
  readonly reason: string;
}

const rules: OptionRules<TrainPopulationOptions> = {
  ...trainingRules,
  train: required(DATASET),
  test: required(DATASET),
  model: required(MODEL),
  sparsities: required(listOf(SPARSITY)),
  replicates: required(count()),
  seed: required(SEED),
  compress: listOf(object('{ weights, activations, perChannel }')),
  folder: required(TEXT),
  processes: count(),
  backend: choice(BACKEND_NAMES),
  onProgress: FUNCTION,
  signal: SIGNAL,
};

/**
 * Trains `replicates` networks at every sparsity, each from its own seed, one process per core, and
 * has each predict the test images (Hooker et al. 2019, section 3.1). A rerun resumes: a model whose
 * predictions are in the folder is not trained again, an unfinished one continues from its checkpoint.
 *
 * A model that fails is tried once more; if it fails again it is reported on stderr and in
 * `failures`, and the others continue.
 *
 * @returns the predictions of all models in the folder that belong to these options
 * @throws OptionError for a wrong option or value
 * @throws TrainingError if every model failed, or the folder holds a population with other options
 */
export async function trainPopulation(options: TrainPopulationOptions): Promise<Population> {
  checkOptions('trainPopulation', options, rules);
  checkNestedOptions('trainPopulation', options);
  if (!(options.model instanceof tf.LayersModel)) checkModelSpec('trainPopulation', options.model);
  checkCompress(options);
  const { train, test, sparsities, replicates, seed, compress, onProgress } = options;
  const backend = await useBackend(options.backend ? { backend: options.backend } : {});
  const folder = resolve(options.folder);
  const population: PopulationSpec = {
    train: specOf(train),
    test: specOf(test),
    model: modelSpecOf(options.model),
    backend: backend.name,
    training: trainingOptionsOf(options),
    ...(compress && { compress }),
  };
  const wanted = Array.from({ length: replicates }, (_, replicate) =>
    sparsities.map((sparsity) => replicateSpec(folder, population, sparsity, replicate, seed)),
  ).flat();

  const testSet = recordOf(test);
  await assertSameTest(folder, testSet);
  const waiting = await unfinished(wanted, train, backend);
  await writeFileAtomic(
    join(folder, 'population.json'),
    toJson({ ...population, test_set: testSet, class_names: test.classNames, seed }),
  );
  const { model, training } = population;
  const { steps, batchSize } = resolveRun(train, model, 0, seed, backend, training).training;
  const tally = new Tally(wanted, waiting, steps * batchSize, onProgress);
  const failures = await interruptible(options.signal, async (signal) => {
    const failed = await runInWorkers<ReplicateSpec, number>(waiting, {
      worker: join(__dirname, 'populationWorker.js'),
      processes: options.processes ?? defaultProcesses(backend),
      signal,
      onReport: (spec, step) => tally.reach(spec, step * batchSize),
      onEnd: (spec, failure) => tally.end(spec, failure !== undefined),
    }).finally(() => tally.close());
    if (signal.aborted)
      throw new TrainingError(stoppedMessage('Training', folder), { cause: signal.reason });
    return failed.flatMap(({ spec, reason }) =>
      modelsOf(spec)
        .filter(({ predictionsFile }) => !existsSync(predictionsFile))
        .map(({ variant, sparsity }): PopulationFailure => {
          return { variant, sparsity, replicate: spec.replicate, reason };
        }),
    );
  });
  const models = wanted.flatMap(modelsOf);
  const made = models.filter(({ predictionsFile }) => existsSync(predictionsFile));
  const account = failures
    .map(({ variant, replicate, reason }) => `\n  ${variant}, replicate ${replicate}: ${reason}`)
    .join('');
  if (made.length === 0)
    throw new TrainingError(`No model could be trained:${account}`, { file: folder });
  if (failures.length > 0)
    console.warn(
      `${failures.length} of ${models.length} models failed and are left out:${account}`,
    );
  const predictions = await readPredictions(
    made.map(({ predictionsFile }) => predictionsFile),
    { classNames: test.classNames },
  );
  return { ...predictions, folder, backend, failures };
}

function replicateSpec(
  folder: string,
  population: PopulationSpec,
  sparsity: number,
  replicate: number,
  seed: number,
): ReplicateSpec {
  const file = predictionsFile(folder, {
    variant: variantOfSparsity(sparsity),
    sparsity,
    replicate,
  });
  return {
    population,
    sparsity,
    replicate,
    seed: seedFrom(seed, 'model', sparsity, replicate),
    ...placeOf(file),
    quantized: sparsity > 0 ? [] : quantizedSpecs(folder, population, replicate),
  };
}

function quantizedSpecs(
  folder: string,
  { compress = [] }: PopulationSpec,
  replicate: number,
): QuantizedSpec[] {
  return compress.map((quantization) => {
    const variant = variantOfQuantization(quantization);
    const file = predictionsFile(folder, { variant, sparsity: Number.NaN, replicate });
    return { variant, quantization, ...placeOf(file) };
  });
}

/** The folder of a model beside the file of its predictions. */
function placeOf(file: string): { folder: string; predictionsFile: string } {
  return { folder: file.replace(/\.parquet$/, ''), predictionsFile: file };
}

/** A model and the quantized ones that are made of it. */
function modelsOf(
  spec: ReplicateSpec,
): { variant: string; sparsity: number; predictionsFile: string }[] {
  const { sparsity, predictionsFile } = spec;
  return [
    { variant: variantOfSparsity(sparsity), sparsity, predictionsFile },
    ...spec.quantized.map((model) => ({ ...model, sparsity: Number.NaN })),
  ];
}

function checkCompress({ compress = [], sparsities }: TrainPopulationOptions): void {
  for (const [i, quantization] of compress.entries())
    checkOptions('trainPopulation', quantization, quantizationRules, `compress[${i}].`);
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

/** The models without predictions; also builds the network before any process is started for it. */
async function unfinished(
  wanted: readonly ReplicateSpec[],
  train: ImageDataset,
  backend: BackendInfo,
): Promise<ReplicateSpec[]> {
  const { imageShape, numClasses } = train;
  const { model: network, training } = wanted[0]!.population;
  const model = await buildModel(network, { imageShape, numClasses }, 0);
  prunableWeights(model, training.pruning);
  model.dispose();
  const waiting: ReplicateSpec[] = [];
  for (const spec of wanted) {
    const now = resolveRun(train, network, spec.sparsity, spec.seed, backend, training);
    const made = await readRun(spec.folder);
    if (made) assertSameOutcome(spec.folder, now, made.spec);
    const isComplete = modelsOf(spec).every(({ predictionsFile }) => existsSync(predictionsFile));
    if (!made || !isComplete) waiting.push(spec);
  }
  return waiting;
}

/** The progress of all models. */
class Tally {
  private readonly meter: ProgressMeter<PopulationProgress>;
  /** Images that each model has been trained on. */
  private readonly reached = new Map<ReplicateSpec, number>();
  private done: number;
  private failed = 0;

  private readonly models: number;

  constructor(
    wanted: readonly ReplicateSpec[],
    waiting: readonly ReplicateSpec[],
    private readonly imagesPerModel: number,
    onProgress: TrainPopulationOptions['onProgress'],
  ) {
    const models = sizeOf(wanted);
    this.models = models;
    this.done = models - sizeOf(waiting);
    this.meter = new ProgressMeter(
      ({ done, failed }) =>
        `${done} of ${models} models done${failed > 0 ? `, ${failed} failed` : ''}`,
      onProgress,
    );
    this.meter.expect(waiting.length * imagesPerModel);
  }

  /** @param images that the model has been trained on, those before this run included */
  reach(spec: ReplicateSpec, images: number): void {
    this.count(spec, images);
    this.report();
  }

  end(spec: ReplicateSpec, failed: boolean): void {
    const rest = this.imagesPerModel - (this.reached.get(spec) ?? 0);
    // Of a model that failed nothing is left to do, and of one that was done before nothing was.
    this.meter.expect(-rest);
    this.reached.set(spec, this.imagesPerModel);
    if (failed) this.failed += sizeOf([spec]);
    else this.done += sizeOf([spec]);
    this.report();
  }

  close(): void {
    this.meter.close();
  }

  private count(spec: ReplicateSpec, images: number): void {
    const before = this.reached.get(spec);
    // The first report may come from a resumed model, whose earlier images this run does not see.
    if (before === undefined) this.meter.expect(-images);
    else this.meter.add(images - before);
    this.reached.set(spec, images);
  }

  private report(): void {
    const { done, failed, models } = this;
    this.meter.report({ done, failed, models });
  }
}

function sizeOf(specs: readonly ReplicateSpec[]): number {
  return specs.flatMap(modelsOf).length;
}

function modelSpecOf(model: TrainableModel): ModelSpec {
  return model instanceof tf.LayersModel
    ? { name: 'topology', topology: JSON.parse(JSON.stringify(renumbered(topologyOf(model)))) }
    : model;
}
