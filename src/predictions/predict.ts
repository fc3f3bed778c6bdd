import * as tf from '@tensorflow/tfjs';
import type { ImageDataset, ImageId } from '../datasets/imageDataset';
import { foldBatchNorms } from '../models/foldBatchNorms';

/** What one model says about the images of a data set, in the data set's order. */
export interface PredictedImages {
  readonly imageIds: ImageId[];
  /** 0-based, int32 [images]. */
  readonly trueClass: Int32Array;
  /** Class with the largest softmax output, int32 [images]; of equal ones, the smallest. */
  readonly predictedClass: Int32Array;
  /** The softmax maximum, float32 [images], 0–1. */
  readonly confidence: Float32Array;
  /** The five most probable classes, best first, int32 [images × 5]; fewer where there are fewer. */
  readonly top5: Int32Array;
}

/**
 * Runs a model over a data set.
 *
 * @param model images `[n, height, width, channels]` to logits `[n, classes]`
 * @param options.batchSize images at a time. Default 250.
 */
export async function predict(
  model: tf.LayersModel,
  data: ImageDataset,
  options: { batchSize?: number } = {},
): Promise<PredictedImages> {
  const folded = await foldBatchNorms(model);
  try {
    return await predictWith(folded, data, options.batchSize ?? 250);
  } finally {
    folded.dispose();
  }
}

async function predictWith(
  model: tf.LayersModel,
  data: ImageDataset,
  batchSize: number,
): Promise<PredictedImages> {
  const k = Math.min(5, data.numClasses);
  const imageIds: ImageId[] = [];
  const trueClass: number[] = [];
  const confidence: number[] = [];
  const top5: number[] = [];
  for await (const { images, shape, labels, ids } of data.batches(batchSize)) {
    const [values, indices] = tf.tidy(() => {
      const logits = model.apply(tf.tensor4d(images, shape), { training: false }) as tf.Tensor2D;
      const best = tf.topk(logits.softmax(), k);
      return [best.values, best.indices];
    });
    const probabilities = await values!.data();
    imageIds.push(...ids);
    trueClass.push(...labels);
    top5.push(...(await indices!.data()));
    for (let i = 0; i < ids.length; i++) confidence.push(probabilities[i * k]!);
    tf.dispose([values!, indices!]);
  }
  return {
    imageIds,
    trueClass: Int32Array.from(trueClass),
    predictedClass: Int32Array.from(trueClass, (_, i) => top5[i * k]!),
    confidence: Float32Array.from(confidence),
    top5: Int32Array.from(top5),
  };
}
