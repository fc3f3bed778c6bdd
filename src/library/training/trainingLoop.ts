import { TrainingError } from 'selective-brain-damage-statistics';
import { seedFrom } from 'selective-brain-damage-statistics/internal';
import { softmaxCrossEntropy } from '../backend/ops/softmaxCrossEntropy';
import { variableGrads } from '../backend/ops/variableGrads';
import * as tf from '../backend/tf';
import type { ImageDataset } from '../datasets/imageDataset';
import type { AugmentView, ImageBatch } from '../datasets/types';
import type { AugmentOptions, RunSpec } from '../models/runRecord';
import type { NamedArray } from '../models/safetensors';
import type { ProgressMeter } from '../workers/progressMeter';
import { stoppedMessage } from '../workers/stoppedMessage';
import { checkpointFile, type Position, writeCheckpoint } from './checkpoint';
import { maskOf } from './masks';
import { learningRateAt, masksAreDue, sparsityAt } from './schedule';
import type { TrainingState } from './trainingState';

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

/** A training in progress. */
export interface Training {
  readonly spec: RunSpec;
  readonly data: ImageDataset;
  readonly model: tf.LayersModel;
  readonly state: TrainingState;
  readonly position: Position;
  readonly meter: ProgressMeter<TrainingProgress>;
  readonly signal: AbortSignal;
  /** Folder of the checkpoints, where they are wanted. */
  readonly folder: string | undefined;
  readonly checkpointSeconds: number;
}

const HISTORY_ENTRIES = 100;

/**
 * Trains from `position` to the end of the run, moving `position` along.
 *
 * @throws TrainingError where the signal stops it, after a checkpoint, and where the loss or a weight is
 *   no longer finite
 */
export async function train(training: Training): Promise<void> {
  const { spec, data, model, state, position, meter, signal, checkpointSeconds } = training;
  const { steps, batchSize } = spec.training;
  meter.expect((steps - position.step) * batchSize);
  // Not the time of day, which somebody may set while a training runs.
  const startedAt = performance.now() - 1000 * position.seconds;
  let savedAt = performance.now();
  while (position.step < steps) {
    for await (const batch of restOfEpoch(data, position, spec)) {
      if (signal.aborted) await stop(training);
      const loss = trainStep(model, state, batch, position.step, spec);
      if (!Number.isFinite(loss))
        throw diverged(training, `The loss of step ${position.step + 1} is ${loss}`);
      position.seconds = (performance.now() - startedAt) / 1000;
      advance(position, loss, spec);
      meter.add(batchSize);
      meter.report({ step: position.step, steps, loss });
      if (position.step === steps) break;
      if (performance.now() - savedAt >= checkpointSeconds * 1000) {
        await saveCheckpoint(training);
        savedAt = performance.now();
      }
      // Yields to timers, signals and messages of other processes.
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
  await finiteState(training);
}

async function stop(training: Training): Promise<never> {
  const { folder, position, signal, spec } = training;
  await saveCheckpoint(training);
  const progress = ` at step ${position.step} of ${spec.training.steps}`;
  throw new TrainingError(stoppedMessage('Training', folder, progress), { cause: signal.reason });
}

async function saveCheckpoint(training: Training): Promise<void> {
  const { folder, spec, position } = training;
  if (folder === undefined) return;
  await writeCheckpoint(folder, spec, position, await finiteState(training));
}

async function finiteState(training: Training): Promise<Map<string, NamedArray>> {
  const arrays = await training.state.snapshot();
  if (arrays) return arrays;
  throw diverged(training, `The weights after step ${training.position.step} are not finite`);
}

function diverged({ folder, spec }: Training, problem: string): TrainingError {
  return new TrainingError(
    `${problem} (of ${spec.training.steps} steps). Lower learningRate.per256 or lengthen ` +
      'learningRate.warmup' +
      (folder === undefined ? '.' : `; the last good checkpoint stays in ${folder}.`),
    folder === undefined ? {} : { file: checkpointFile(folder) },
  );
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

/** The rest of the epoch of `position`; the seed decides its order and its crops. */
function restOfEpoch(
  data: ImageDataset,
  position: Position,
  spec: RunSpec,
): AsyncIterable<ImageBatch> {
  const { seed, training } = spec;
  const { epoch } = position;
  const shuffled = data.shuffle(seedFrom(seed, 'order', epoch));
  const view = training.augment
    ? shuffled.view([augmentView(training.augment, seed, epoch)])
    : shuffled;
  return view.batches(training.batchSize, { skip: position.batch, dropRemainder: true });
}

function augmentView(augment: true | AugmentOptions, seed: number, epoch: number): AugmentView {
  const { flip, crop }: AugmentOptions = augment === true ? {} : augment;
  const seeded = { op: 'augment', seed: seedFrom(seed, 'augment', epoch) } as const;
  const view = { ...seeded, ...(crop !== undefined && { crop }) };
  if (flip === 'none') return { ...view, flip };
  if (flip === 'alternating') return { ...view, flip: { seed: seedFrom(seed, 'flip'), epoch } };
  return view;
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
