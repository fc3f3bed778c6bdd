import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError, TrainingError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  choice,
  FROM_0,
  FUNCTION,
  interruptible,
  type OptionRules,
  readIfThere,
  removeTemporaries,
  required,
  SEED,
  SIGNAL,
  SPARSITY,
  seedFrom,
  TEXT,
  writeFileAtomic,
} from 'selective-brain-damage-statistics/internal';
import { BACKEND_NAMES, type BackendName, useBackend } from '../backend/backend';
import { softmaxCrossEntropy } from '../backend/ops/softmaxCrossEntropy';
import { variableGrads } from '../backend/ops/variableGrads';
import * as tf from '../backend/tf';
import { DATASET, type ImageDataset } from '../datasets/imageDataset';
import type { ImageBatch } from '../datasets/types';
import { buildModel, copyModel } from '../models/model';
import { loadModel, readRun, saveModel, type TrainedModel } from '../models/modelFolder';
import { checkModelSpec } from '../models/modelSpec';
import { renumbered } from '../models/renumbered';
import type { HistoryEntry, RunOutcome, RunSpec } from '../models/runRecord';
import { decodeSafetensors, encodeSafetensors } from '../models/safetensors';
import { topologyOf } from '../models/topology';
import { ProgressMeter } from '../workers/progressMeter';
import { stoppedMessage } from '../workers/stoppedMessage';
import { keptCount, maskOf, sparsityOf } from './masks';
import { resolveRun } from './resolveRun';
import { assertSameOutcome, assertSameRun } from './sameRun';
import { learningRateAt, masksAreDue, sparsityAt } from './schedule';
import {
  checkNestedOptions,
  MODEL,
  type TrainableModel,
  type TrainingOptions,
  trainingRules,
} from './trainingOptions';
import { prunableWeights, TrainingState } from './trainingState';

/** Options of {@link trainPruned}. */
export interface TrainPrunedOptions extends TrainingOptions {
  /** Training images. */
  data: ImageDataset;
  /**
   * A network by name, initialised from `seed`: `{ name: 'wide-resnet', depth: 16, width: 1 }`; or a
   * `tf.LayersModel`, of which a copy is trained further from its present weights.
   */
  model: TrainableModel;
  /** Share of the prunable weights that is zero at the end, 0 (dense) to below 1. */
  sparsity: number;
  /** Decides the initial weights, the order of the images, their crops and flips. */
  seed: number;
  /** Folder of the model and its checkpoints. Default: none, the model stays in memory. */
  folder?: string;
  /** Seconds between checkpoints. Default 60. */
  checkpointSeconds?: number;
  /** Default: the current backend, else the first that loads. */
  backend?: BackendName;
  /** Called after every step. Default: a line on the terminal. */
  onProgress?: (progress: TrainingProgress) => void;
  /** Stops the training between two steps, after a checkpoint. Interrupting a notebook does so too. */
  signal?: AbortSignal;
}

/** The progress of a training. */
export interface TrainingProgress {
  /** Steps done. */
  readonly step: number;
  /** Length of the run in steps. */
  readonly steps: number;
  /** Of the last step, nats. */
  readonly loss: number;
  /** Mean speed since the training started or resumed. */
  readonly imagesPerSecond: number;
  /** Infinity while nothing is known. */
  readonly secondsLeft: number;
}

const rules: OptionRules<TrainPrunedOptions> = {
  ...trainingRules,
  data: required(DATASET),
  model: required(MODEL),
  sparsity: required(SPARSITY),
  seed: required(SEED),
  folder: TEXT,
  checkpointSeconds: FROM_0,
  backend: choice(BACKEND_NAMES),
  onProgress: FUNCTION,
  signal: SIGNAL,
};

/** The part of a checkpoint that is not the training state. */
interface Position {
  /** Steps done. */
  step: number;
  epoch: number;
  /** Batches of the epoch done. */
  batch: number;
  seconds: number;
  history: HistoryEntry[];
  /** Of the steps since the last entry of the history. */
  lossSum: number;
  lossCount: number;
}

const CHECKPOINT = 'checkpoint.safetensors';
const HISTORY_ENTRIES = 100;

/**
 * Trains one network and prunes it gradually during the training (Zhu & Gupta 2017; Hooker et al. 2019,
 * section 2): masks are drawn anew on a cubic schedule, the forward pass uses mask · weights, and a
 * masked weight keeps its stored value and may return until the last mask is drawn.
 *
 * With a `folder`, a stopped training resumes from its last checkpoint and ends in the same weights as
 * an uninterrupted one; a finished one is read back. The same seed, backend and versions give the same
 * weights.
 *
 * @throws OptionError for a wrong option or value
 * @throws TrainingError if the loss is no longer finite (the last checkpoint stays), or the folder
 *   holds a run with other options
 */
export async function trainPruned(options: TrainPrunedOptions): Promise<TrainedModel> {
  checkOptions('trainPruned', options, rules);
  checkNestedOptions('trainPruned', options);
  if (!(options.model instanceof tf.LayersModel)) checkModelSpec('trainPruned', options.model);
  const { data, sparsity, seed, folder, checkpointSeconds = 60 } = options;
  const backend = await useBackend(options.backend ? { backend: options.backend } : {});
  const shape = { imageShape: data.imageShape, numClasses: data.numClasses };
  const given = options.model instanceof tf.LayersModel ? options.model : undefined;
  const network = given ? await describe(given) : (options.model as RunSpec['model']);
  const spec = resolveRun(data, network, sparsity, seed, backend, options);

  if (folder !== undefined) {
    await removeTemporaries(folder);
    const finished = await readRun(folder);
    if (finished) {
      assertSameOutcome(folder, spec, finished.spec);
      await rm(join(folder, CHECKPOINT), { force: true });
      return loadModel(folder);
    }
  }
  const model =
    network.name === 'given'
      ? await copyModel(given!, shape)
      : await buildModel(network, shape, seed);
  const prunable = prunableWeights(model, spec.pruning);
  if (spec.pruning && prunable.length === 0)
    throw new OptionError(
      `Model '${model.name}' has no convolution or dense kernel to prune: name the weights to prune ` +
        'in pruning.tensors.',
      { option: 'pruning.tensors', value: spec.pruning.tensors },
    );
  const state = new TrainingState(model, spec.pruning ? prunable : []);
  try {
    const position = await resume(folder, spec, state);
    const meter = meterOf(spec, options.onProgress);
    await interruptible(options.signal, (signal) =>
      train(model, state, position, spec, meter, { ...options, checkpointSeconds, signal }),
    ).finally(() => meter.close());
    const masks = state.masks();
    const trained = { model, masks, run: { spec, outcome: outcome(spec, position, masks) } };
    if (folder !== undefined) {
      await saveModel(folder, trained);
      await rm(join(folder, CHECKPOINT), { force: true });
    }
    return trained;
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    state.dispose();
  }
}

/** Trains from `position` to the end of the run, moving `position` along. */
async function train(
  model: tf.LayersModel,
  state: TrainingState,
  position: Position,
  spec: RunSpec,
  meter: TrainingMeter,
  options: TrainPrunedOptions & { checkpointSeconds: number },
): Promise<void> {
  const { data, folder, signal, checkpointSeconds } = options;
  const { steps, batchSize } = spec.training;
  meter.expect((steps - position.step) * batchSize);
  const started = { at: Date.now(), seconds: position.seconds };
  let savedAt = Date.now();

  const diverged = (what: string) =>
    new TrainingError(
      `${what} (of ${steps} steps). Lower learningRate.per256 or lengthen learningRate.warmup` +
        (folder === undefined ? '.' : `; the last good checkpoint stays in ${folder}.`),
      folder === undefined ? {} : { file: join(folder, CHECKPOINT) },
    );
  const snapshot = async () => {
    const arrays = await state.snapshot();
    if (!arrays) throw diverged(`The weights after step ${position.step} are not finite`);
    return arrays;
  };
  const checkpoint = async () => {
    if (folder === undefined) return;
    const metadata = { position: JSON.stringify(position), spec: JSON.stringify(spec) };
    await writeFileAtomic(join(folder, CHECKPOINT), encodeSafetensors(await snapshot(), metadata));
    savedAt = Date.now();
  };

  while (position.step < steps) {
    for await (const batch of epoch(data, position, spec)) {
      if (signal?.aborted) {
        await checkpoint();
        const progress = ` after step ${position.step} of ${steps}`;
        throw new TrainingError(stoppedMessage('Training', folder, progress), {
          cause: signal.reason,
        });
      }
      const loss = trainStep(model, state, batch, position.step, spec);
      if (!Number.isFinite(loss))
        throw diverged(`The loss of step ${position.step + 1} is ${loss}`);
      position.seconds = started.seconds + (Date.now() - started.at) / 1000;
      advance(position, loss, spec);
      meter.add(batchSize);
      meter.report({ step: position.step, steps, loss });
      if (position.step === steps) break;
      if (Date.now() - savedAt >= checkpointSeconds * 1000) await checkpoint();
      // Lets timers, signals and messages of other processes be handled.
      await new Promise(setImmediate);
    }
    if (position.batch === 0)
      throw new TrainingError(`${data.name} holds no full batch of ${batchSize} images.`, {
        option: 'batchSize',
        value: batchSize,
      });
    position.epoch++;
    position.batch = 0;
  }
  await snapshot();
}

/** Counts a step, and adds an entry to the history where one is due. */
function advance(position: Position, loss: number, { training, pruning, sparsity }: RunSpec): void {
  const { steps } = training;
  const { step } = position;
  position.step++;
  position.batch++;
  position.lossSum += loss;
  position.lossCount++;
  if (position.step % Math.ceil(steps / HISTORY_ENTRIES) !== 0 && position.step !== steps) return;
  position.history.push({
    step: position.step,
    loss: position.lossSum / position.lossCount,
    learningRate: learningRateAt(step, training),
    sparsity: pruning ? sparsityAt(step, sparsity, pruning) : 0,
  });
  position.lossSum = 0;
  position.lossCount = 0;
}

/** What is left of the epoch that `position` is in; the seed decides its order and its crops. */
function epoch(data: ImageDataset, position: Position, spec: RunSpec): AsyncIterable<ImageBatch> {
  const { seed, training } = spec;
  const shuffled = data.shuffle(seedFrom(seed, 'order', position.epoch));
  const view = training.augment
    ? shuffled.augment(seedFrom(seed, 'augment', position.epoch))
    : shuffled;
  return view.batches(training.batchSize, { skip: position.batch, dropRemainder: true });
}

/** One step; returns its loss. */
function trainStep(
  model: tf.LayersModel,
  state: TrainingState,
  batch: ImageBatch,
  step: number,
  spec: RunSpec,
): number {
  const { training, pruning, seed } = spec;
  if (pruning && masksAreDue(step, pruning)) {
    const sparsity = sparsityAt(step, spec.sparsity, pruning);
    state.remask((weights, name) => maskOf(name, weights, sparsity, pruning.method, seed));
  }
  return tf.tidy(() => {
    const images = tf.tensor4d(batch.images, batch.shape);
    const labels = tf.tensor1d(batch.labels, 'int32');
    const { value, grads } = variableGrads(
      () =>
        softmaxCrossEntropy(model.apply(images, { training: true }) as tf.Tensor2D, labels, {
          labelSmoothing: training.labelSmoothing,
        }),
      state.variables,
    );
    state.update(grads, {
      learningRate: learningRateAt(step, training),
      momentum: training.momentum,
      weightDecay: training.weightDecay,
    });
    return value.dataSync()[0]!;
  });
}

type TrainingMeter = ProgressMeter<TrainingProgress>;

function meterOf(spec: RunSpec, onProgress: TrainPrunedOptions['onProgress']): TrainingMeter {
  const name = spec.model.name === 'given' ? spec.model.title : spec.model.name;
  return new ProgressMeter(
    ({ step, steps, loss }) =>
      `${name}, sparsity ${spec.sparsity}: step ${step} of ${steps}, loss ${loss.toFixed(3)}`,
    onProgress,
  );
}

function decodeCheckpoint(path: string, bytes: Buffer): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes);
  } catch (cause) {
    throw new TrainingError(
      `${path} is damaged (${(cause as Error).message}). Delete it to train from the start.`,
      { cause, file: path },
    );
  }
}

/** Restores the last checkpoint, if there is one, and returns its position. */
async function resume(
  folder: string | undefined,
  spec: RunSpec,
  state: TrainingState,
): Promise<Position> {
  const bytes = folder === undefined ? undefined : await readIfThere(join(folder, CHECKPOINT));
  if (!bytes)
    return { step: 0, epoch: 0, batch: 0, seconds: 0, history: [], lossSum: 0, lossCount: 0 };
  const { arrays, metadata } = decodeCheckpoint(join(folder!, CHECKPOINT), bytes);
  assertSameRun(folder!, spec, JSON.parse(metadata.spec!));
  state.restore(arrays);
  return JSON.parse(metadata.position!);
}

function outcome(spec: RunSpec, position: Position, masks: TrainedModel['masks']): RunOutcome {
  const tensors = [...masks].map(([name, { data }]) => {
    const mask = data as Uint8Array;
    const kept = mask.reduce((sum, bit) => sum + bit, 0);
    if (kept !== keptCount(mask.length, spec.sparsity))
      throw new TrainingError(
        `${name} keeps ${kept} of ${mask.length} weights, expected ` +
          `${keptCount(mask.length, spec.sparsity)} at sparsity ${spec.sparsity}.`,
      );
    return { name, size: mask.length, kept, sparsity: sparsityOf(mask) };
  });
  const total = tensors.reduce((sum, { size }) => sum + size, 0);
  const kept = tensors.reduce((sum, tensor) => sum + tensor.kept, 0);
  return {
    history: position.history,
    sparsity: total === 0 ? 0 : 1 - kept / total,
    tensors,
    seconds: position.seconds,
    imagesPerSecond: (position.step * spec.training.batchSize) / position.seconds,
  };
}

async function describe(model: tf.LayersModel): Promise<RunSpec['model']> {
  const topology = renumbered(topologyOf(model));
  const hash = createHash('sha256').update(JSON.stringify(topology));
  for (const weight of model.getWeights())
    hash.update(new Uint8Array((await weight.data()).buffer));
  const { name: title } = topology.config as { name: string };
  return { name: 'given', title, hash: hash.digest('hex') };
}
