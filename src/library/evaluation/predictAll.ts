import { EvaluationError, type ImageId } from 'selective-brain-damage-statistics';
import type { VariantOf } from 'selective-brain-damage-statistics/internal';
import * as tf from '../backend/tf';
import type { ImageDataset } from '../datasets/imageDataset';
import type { ImageBatch } from '../datasets/types';
import { type Network, variantOf } from '../models/network';
import { meanwhile } from '../streams/meanwhile';
import { type Answers, answersOf, checkTakes } from './answers';

/** A network's predictions of the images of a data set, in the data set's order. */
export interface PredictedImages extends VariantOf {
  /** The images' ids. */
  readonly imageIds: readonly ImageId[];
  /** 0-based, int32 [images]. */
  readonly trueClass: Int32Array;
  /** Class with the largest softmax output, int32 [images]; of equal ones, the smallest. */
  readonly predictedClass: Int32Array;
  /** The softmax maximum, float32 [images], 0–1. */
  readonly confidence: Float32Array;
  /** The five most probable classes, best first, int32 [images × 5]; fewer where there are fewer. */
  readonly top5: Int32Array;
  /** The data set's names of classes, by class. */
  readonly classNames: readonly string[];
}

/** Options of {@link predictAll}. */
export interface PredictAllOptions {
  /** Default: 250 images of 32 × 32 pixels, fewer of larger ones. */
  readonly batchSize?: number | undefined;
  /** Stops between two batches by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with the number of its images. */
  readonly onImages?: (count: number) => void;
}

/** Predictions of several networks, which all see a batch before the next one is made. */
export async function predictAll(
  networks: readonly Network[],
  data: ImageDataset,
  options: PredictAllOptions = {},
): Promise<PredictedImages[]> {
  for (const network of networks) checkTakes(network, data);
  const ready: Answers[] = [];
  try {
    for (const network of networks) ready.push(await answersOf(network, data));
    const predicted = await predictWith(ready, networks.map(variantOf), data, options);
    return predicted.map((images, i) => ({ ...variantOf(networks[i]!), ...images }));
  } finally {
    for (const network of ready) network.close();
  }
}

/** Confidences and most probable classes of one network, image by image. */
interface Outputs {
  readonly confidence: number[];
  readonly top5: number[];
}

async function predictWith(
  networks: readonly Answers[],
  variants: readonly VariantOf[],
  data: ImageDataset,
  options: PredictAllOptions,
): Promise<Omit<PredictedImages, keyof VariantOf>[]> {
  const { imageShape, numClasses, classNames, candidates } = data;
  const { batchSize = defaultBatchSize(imageShape), signal, onImages } = options;
  const k = Math.min(5, candidates?.length ?? numClasses);
  const imageIds: ImageId[] = [];
  const labels: number[] = [];
  const outputs = networks.map((): Outputs => ({ confidence: [], top5: [] }));
  const spare: Float32Array[] = [];
  const memory = (floats: number) =>
    spare.at(-1)?.length === floats ? spare.pop()! : new Float32Array(floats);
  for await (const batch of meanwhile(data.batches(batchSize, { memory }))) {
    signal?.throwIfAborted();
    const made: tf.Tensor4D[] = [];
    const images = () => (made[0] ??= tf.tensor4d(batch.images, batch.shape));
    for (const [m, network] of networks.entries()) {
      const probabilities = await network.probabilities(batch, images);
      await addOutputs(outputs[m]!, probabilities, k, candidates);
      checkFinite(outputs[m]!, batch, variants[m]!);
    }
    tf.dispose(made);
    // A function may keep what it was given.
    if (!networks.some((network) => network.mayKeepImages)) spare.push(batch.images);
    imageIds.push(...batch.ids);
    labels.push(...batch.labels);
    onImages?.(batch.ids.length);
    // Yields to whatever may abort the signal.
    await new Promise(setImmediate);
  }
  const trueClass = Int32Array.from(labels);
  return outputs.map(({ confidence, top5 }) => ({
    imageIds,
    trueClass,
    predictedClass: trueClass.map((_, i) => top5[i * k]!),
    confidence: Float32Array.from(confidence),
    top5: Int32Array.from(top5),
    classNames,
  }));
}

/** Adds the outputs of a batch, its `k` most probable classes among the candidates. */
async function addOutputs(
  { confidence, top5 }: Outputs,
  probabilities: tf.Tensor2D,
  k: number,
  candidates: readonly number[] | undefined,
): Promise<void> {
  const { values, indices } = tf.topk(probabilities, k);
  const best = await values.data();
  for (const index of await indices.data()) top5.push(candidates?.[index] ?? index);
  for (let i = 0; i < best.length; i += k) confidence.push(best[i]!);
  tf.dispose([values, indices, probabilities]);
}

/** @throws EvaluationError naming the image of the last batch for which an output is not finite */
function checkFinite({ confidence }: Outputs, { ids }: ImageBatch, { variant }: VariantOf): void {
  const wrong = confidence.slice(-ids.length).findIndex((share) => !Number.isFinite(share));
  if (wrong >= 0)
    throw new EvaluationError(
      `${variant}: an output for image ${ids[wrong]} is not finite, so it predicts nothing.`,
    );
}

const PIXELS_AT_ONCE = 250 * 32 * 32;

function defaultBatchSize([height, width]: readonly [number, number, number]): number {
  return Math.min(250, Math.max(8, Math.floor(PIXELS_AT_ONCE / (height * width))));
}
