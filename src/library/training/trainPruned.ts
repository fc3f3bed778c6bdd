import { createHash } from 'node:crypto';
import { TrainingError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  choice,
  FROM_0,
  FUNCTION,
  interruptible,
  type OptionRules,
  removeTemporaries,
  required,
  SEED,
  SIGNAL,
  SPARSITY,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { BACKEND_NAMES, type BackendName, useBackend } from '../backend/backend';
import type * as tf from '../backend/tf';
import { DATASET, type ImageDataset } from '../datasets/imageDataset';
import { buildModel, copyModel } from '../models/model';
import { loadModel, readRun, saveModel, type TrainedModel } from '../models/modelFolder';
import { checkModelSpec } from '../models/modelSpec';
import { isLayersNetwork, layersOf } from '../models/network';
import { renumbered } from '../models/renumbered';
import type { RunOutcome, RunSpec } from '../models/runRecord';
import { topologyOf } from '../models/topology';
import { ProgressMeter } from '../workers/progressMeter';
import {
  checkpointFile,
  type Position,
  readCheckpoint,
  removeCheckpoint,
  start,
} from './checkpoint';
import { keptCount, sparsityOf } from './masks';
import { resolveRun } from './resolveRun';
import { assertSameOutcome } from './sameRun';
import { type TrainingProgress, train } from './trainingLoop';
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
   * trained model or `tf.LayersModel`, of which a copy is trained further from its present weights.
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
  /** Stops the training between two steps, after a checkpoint. Interrupting a notebook and Ctrl-C do so too. */
  signal?: AbortSignal;
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
  const given = isLayersNetwork(options.model) ? layersOf(options.model) : undefined;
  if (!given) checkModelSpec('trainPruned', options.model);
  const { data, sparsity, seed } = options;
  const backend = await useBackend(options.backend ? { backend: options.backend } : {});
  const network = given ? await describe(given) : (options.model as RunSpec['model']);
  const spec = resolveRun(data, network, sparsity, seed, backend, options);
  return (await readFinished(options.folder, spec)) ?? (await trainRun(spec, given, options));
}

/** The model of a run that is finished already. */
async function readFinished(
  folder: string | undefined,
  spec: RunSpec,
): Promise<TrainedModel | undefined> {
  if (folder === undefined) return undefined;
  await removeTemporaries(folder);
  const finished = await readRun(folder);
  if (!finished) return undefined;
  assertSameOutcome(folder, spec, finished.spec);
  await removeCheckpoint(folder);
  return loadModel(folder);
}

function trainRun(
  spec: RunSpec,
  given: tf.LayersModel | undefined,
  options: TrainPrunedOptions,
): Promise<TrainedModel> {
  // The model is saved within, so that no signal ends the process between training and saving.
  return interruptible(options.signal, (signal) => trainAndSave(spec, given, options, signal));
}

async function trainAndSave(
  spec: RunSpec,
  given: tf.LayersModel | undefined,
  { data, folder, onProgress, checkpointSeconds = 60 }: TrainPrunedOptions,
  signal: AbortSignal,
): Promise<TrainedModel> {
  const model = await untrained(spec, data, given);
  const state = new TrainingState(model, spec.pruning ? prunableWeights(model, spec.pruning) : []);
  try {
    const checkpoint = folder === undefined ? undefined : await readCheckpoint(folder, spec);
    if (checkpoint) state.restore(checkpoint.arrays, checkpointFile(folder!));
    const position = checkpoint?.position ?? start();
    if (checkpoint && !onProgress)
      console.error(
        `Training goes on at step ${position.step} of ${spec.training.steps}, from ${folder}.`,
      );
    const meter = meterOf(spec, onProgress);
    await train({
      ...{ spec, data, model, state, position, meter, signal, folder, checkpointSeconds },
    }).finally(() => meter.close());
    const masks = state.masks();
    const trained = { model, masks, run: { spec, outcome: outcomeOf(spec, position, masks) } };
    if (folder === undefined) return trained;
    // Another process may have taken this training over and ended it; the first one's counts.
    const faster = await readFinished(folder, spec);
    if (faster) {
      model.dispose();
      return faster;
    }
    await saveModel(trained, folder);
    await removeCheckpoint(folder);
    return trained;
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    state.dispose();
  }
}

function untrained(
  { model, seed }: RunSpec,
  shape: ImageDataset,
  given: tf.LayersModel | undefined,
): Promise<tf.LayersModel> {
  return model.name === 'given' ? copyModel(given!, shape) : buildModel(model, shape, seed);
}

function meterOf(
  spec: RunSpec,
  onProgress: TrainPrunedOptions['onProgress'],
): ProgressMeter<TrainingProgress> {
  const name = spec.model.name === 'given' ? spec.model.title : spec.model.name;
  return new ProgressMeter(
    ({ step, steps, loss }) =>
      `${name}, sparsity ${spec.sparsity}: step ${step} of ${steps}, loss ${loss.toFixed(3)}`,
    onProgress,
  );
}

function outcomeOf(spec: RunSpec, position: Position, masks: TrainedModel['masks']): RunOutcome {
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
