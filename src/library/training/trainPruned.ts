import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError, TrainingError } from 'selective-brain-damage-statistics';
import {
  checkFrom0,
  formatDuration,
  interruptible,
  progress,
  readIfThere,
  removeParts,
  seedFrom,
  writeWhole,
} from 'selective-brain-damage-statistics/internal';
import { type EngineName, useEngine } from '../backend/backend';
import { softmaxCrossEntropy } from '../backend/ops/softmaxCrossEntropy';
import { variableGrads } from '../backend/ops/variableGrads';
import * as tf from '../backend/tf';
import type { ImageBatch, ImageDataset } from '../datasets/imageDataset';
import { buildModel, copyModel, topologyOf } from '../models/model';
import { loadModel, readRun, saveModel, type TrainedModel } from '../models/modelFolder';
import { renumbered } from '../models/renumbered';
import { decodeSafetensors, encodeSafetensors } from '../models/safetensors';
import { keptCount, maskOf, sparsityOf } from './masks';
import {
  assertSameOutcome,
  assertSameRun,
  type HistoryEntry,
  type RunConfig,
  type RunOutcome,
  resolveRun,
  type TrainableModel,
  type TrainingOptions,
} from './run';
import { learningRateAt, masksAreDue, sparsityAt } from './schedule';
import { prunableWeights, TrainingState } from './trainingState';

/** Options of {@link trainPruned}. */
export interface TrainPrunedOptions extends TrainingOptions {
  /** Training images. */
  data: ImageDataset;
  /**
   * A network by name, initialised from `seed`: `{ name: 'wide-resnet', depth: 16, width: 1 }`; or a
   * `tf.LayersModel`, of which a copy is trained on from the weights it has.
   */
  model: TrainableModel;
  /** Share of the prunable weights to be zero at the end, 0 (dense) to below 1. */
  sparsity: number;
  /** Decides the initial weights, the order of the images, their crops and flips. */
  seed: number;
  /** Where the model goes and its checkpoints are kept. Default: nowhere, memory only. */
  folder?: string;
  /** Seconds between checkpoints. Default 60. */
  checkpointSeconds?: number;
  engine?: EngineName;
  /** Called after every step. Default: a line on the terminal. */
  onProgress?: (progress: TrainingProgress) => void;
  /** Stops the training between two steps, after a checkpoint; so does an interrupted notebook. */
  signal?: AbortSignal;
}

/** Where a training stands. */
export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  /** Of the last step. */
  readonly loss: number;
  readonly imagesPerSecond: number;
}

/** What a checkpoint holds besides the state. */
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
 * Trains one network and prunes it gradually meanwhile (Zhu & Gupta 2017; paper, section 2): masks
 * are drawn anew on a cubic schedule, the forward pass uses mask · weights, a masked weight keeps
 * its stored value and may come back until the last mask is drawn.
 *
 * With a `folder`, a training that was stopped goes on from its last checkpoint and ends in the same
 * weights as one that was not; a finished one is read back. The same seed, engine and versions give
 * the same weights.
 *
 * @throws OptionError if an option has a value that it does not take
 * @throws TrainingError if the loss is no longer finite (the last checkpoint stays), or the folder
 *   holds a run with other options
 */
export async function trainPruned(options: TrainPrunedOptions): Promise<TrainedModel> {
  const { data, sparsity, seed, folder, checkpointSeconds = 60 } = options;
  checkFrom0('checkpointSeconds', checkpointSeconds);
  const engine = await useEngine(options.engine ? { engine: options.engine } : {});
  const shape = { imageShape: data.imageShape, numClasses: data.numClasses };
  const given = options.model instanceof tf.LayersModel ? options.model : undefined;
  const recipe = given ? await describe(given) : (options.model as RunConfig['model']);
  const config = resolveRun(data, recipe, sparsity, seed, engine, options);

  if (folder !== undefined) {
    await removeParts(folder);
    const finished = await readRun(folder);
    if (finished) {
      assertSameOutcome(folder, config, finished.config);
      await rm(join(folder, CHECKPOINT), { force: true });
      return loadModel(folder);
    }
  }
  const model =
    recipe.name === 'given'
      ? await copyModel(given!, shape)
      : await buildModel(recipe, shape, seed);
  const prunable = prunableWeights(model, config.pruning?.tensors);
  if (config.pruning && prunable.length === 0)
    throw new OptionError(
      `Model '${model.name}' has no convolution or dense kernel to prune: name the weights to prune ` +
        'in pruning.tensors.',
    );
  const state = new TrainingState(model, config.pruning ? prunable : []);
  try {
    const position = await resume(folder, config, state);
    await interruptible(options.signal, (signal) =>
      train(model, state, position, config, { ...options, checkpointSeconds, signal }),
    );
    const masks = state.masks();
    const trained = { model, masks, run: { config, outcome: outcome(config, position, masks) } };
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
  config: RunConfig,
  options: TrainPrunedOptions & { checkpointSeconds: number },
): Promise<void> {
  const { data, folder, signal, checkpointSeconds } = options;
  const { steps, batchSize } = config.training;
  const report = options.onProgress ?? terminalReport(config);
  const started = { at: Date.now(), step: position.step, seconds: position.seconds };
  let savedAt = Date.now();

  const diverged = (what: string) =>
    new TrainingError(
      `${what} (of ${steps} steps). Lower learningRate.per256 or lengthen learningRate.warmup` +
        (folder === undefined ? '.' : `; the last good checkpoint stays in ${folder}.`),
    );
  const snapshot = async () => {
    const arrays = await state.snapshot();
    if (!arrays) throw diverged(`The weights after step ${position.step} are not finite`);
    return arrays;
  };
  const checkpoint = async () => {
    if (folder === undefined) return;
    const metadata = { position: JSON.stringify(position), config: JSON.stringify(config) };
    await writeWhole(join(folder, CHECKPOINT), encodeSafetensors(await snapshot(), metadata));
    savedAt = Date.now();
  };

  while (position.step < steps) {
    for await (const batch of epoch(data, position, config)) {
      if (signal?.aborted) {
        await checkpoint();
        throw new TrainingError(
          `Training was stopped after step ${position.step} of ${steps}` +
            (folder === undefined ? '.' : `; run it again to go on from ${folder}.`),
          { cause: signal.reason },
        );
      }
      const loss = trainStep(model, state, batch, position.step, config);
      if (!Number.isFinite(loss))
        throw diverged(`The loss of step ${position.step + 1} is ${loss}`);
      position.seconds = started.seconds + (Date.now() - started.at) / 1000;
      advance(position, loss, config);
      const imagesHere = (position.step - started.step) * batchSize;
      const imagesPerSecond = imagesHere / Math.max(1e-3, position.seconds - started.seconds);
      report({ step: position.step, steps, loss, imagesPerSecond });
      if (position.step === steps) break;
      if (Date.now() - savedAt >= checkpointSeconds * 1000) await checkpoint();
      // Lets timers, signals and messages of other processes in.
      await new Promise(setImmediate);
    }
    if (position.batch === 0)
      throw new TrainingError(`${data.name} gave no full batch of ${batchSize} images.`);
    position.epoch++;
    position.batch = 0;
  }
  await snapshot();
  if (!options.onProgress) progress().done();
}

/** Counts a step in, and adds to the history where an entry is due. */
function advance(
  position: Position,
  loss: number,
  { training, pruning, sparsity }: RunConfig,
): void {
  const { steps, batchSize, learningRate } = training;
  const { step } = position;
  position.step++;
  position.batch++;
  position.lossSum += loss;
  position.lossCount++;
  if (position.step % Math.ceil(steps / HISTORY_ENTRIES) !== 0 && position.step !== steps) return;
  position.history.push({
    step: position.step,
    loss: position.lossSum / position.lossCount,
    learningRate: learningRateAt(step, batchSize, learningRate),
    sparsity: pruning ? sparsityAt(step, sparsity, pruning) : 0,
  });
  position.lossSum = 0;
  position.lossCount = 0;
}

/** What is left of the epoch that `position` is in; the seed decides its order and its crops. */
function epoch(
  data: ImageDataset,
  position: Position,
  config: RunConfig,
): AsyncIterable<ImageBatch> {
  const { seed, training } = config;
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
  config: RunConfig,
): number {
  const { training, pruning, seed } = config;
  if (pruning && masksAreDue(step, pruning)) {
    const sparsity = sparsityAt(step, config.sparsity, pruning);
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
      learningRate: learningRateAt(step, training.batchSize, training.learningRate),
      momentum: training.momentum,
      weightDecay: training.weightDecay,
    });
    return value.dataSync()[0]!;
  });
}

function terminalReport(config: RunConfig): (now: TrainingProgress) => void {
  const name = config.model.name === 'given' ? config.model.title : config.model.name;
  return ({ step, steps, loss, imagesPerSecond }) => {
    const left = ((steps - step) * config.training.batchSize) / imagesPerSecond;
    progress().update(
      `${name}, sparsity ${config.sparsity}: step ${step} of ${steps}, loss ${loss.toFixed(3)}, ` +
        `${Math.round(imagesPerSecond)} images/s, ${formatDuration(left)} left`,
    );
  };
}

function decodeCheckpoint(path: string, bytes: Buffer): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes);
  } catch (cause) {
    throw new TrainingError(
      `${path} is damaged (${(cause as Error).message}). Delete it to train from the start.`,
      { cause },
    );
  }
}

/** Restores the last checkpoint, if there is one, and returns where it stands. */
async function resume(
  folder: string | undefined,
  config: RunConfig,
  state: TrainingState,
): Promise<Position> {
  const bytes = folder === undefined ? undefined : await readIfThere(join(folder, CHECKPOINT));
  if (!bytes)
    return { step: 0, epoch: 0, batch: 0, seconds: 0, history: [], lossSum: 0, lossCount: 0 };
  const { arrays, metadata } = decodeCheckpoint(join(folder!, CHECKPOINT), bytes);
  assertSameRun(folder!, config, JSON.parse(metadata.config!));
  state.restore(arrays);
  return JSON.parse(metadata.position!);
}

function outcome(config: RunConfig, position: Position, masks: TrainedModel['masks']): RunOutcome {
  const tensors = [...masks].map(([name, { data }]) => {
    const mask = data as Uint8Array;
    const kept = mask.reduce((sum, bit) => sum + bit, 0);
    if (kept !== keptCount(mask.length, config.sparsity))
      throw new TrainingError(
        `${name} keeps ${kept} of ${mask.length} weights, expected ` +
          `${keptCount(mask.length, config.sparsity)} at sparsity ${config.sparsity}.`,
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
    imagesPerSecond: (position.step * config.training.batchSize) / position.seconds,
  };
}

async function describe(model: tf.LayersModel): Promise<RunConfig['model']> {
  const topology = renumbered(topologyOf(model));
  const hash = createHash('sha256').update(JSON.stringify(topology));
  for (const weight of model.getWeights())
    hash.update(new Uint8Array((await weight.data()).buffer));
  const { name: title } = topology.config as { name: string };
  return { name: 'given', title, hash: hash.digest('hex') };
}
