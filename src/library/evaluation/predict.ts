import type { ImageId } from 'selective-brain-damage-statistics';
import * as tf from '../backend/tf';
import type { ImageDataset } from '../datasets/imageDataset';
import { foldBatchNorms } from '../models/foldBatchNorms';
import { checkFit } from '../models/model';

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

export interface PredictOptions {
  /** Images at a time. Default: 250 of 32 × 32 pixels, fewer of larger ones. */
  readonly batchSize?: number;
  /** Stops between two batches by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with the number of its images. */
  readonly onImages?: (count: number) => void;
}

/**
 * Runs a model over a data set. Where the data set names candidates (`among`), predictions, their
 * confidence and the five most probable classes are made among those only.
 *
 * @param model images `[n, height, width, channels]` to logits `[n, classes]`
 * @throws OptionError where the model does not take these images or has other classes
 */
export async function predict(
  model: tf.LayersModel,
  data: ImageDataset,
  options: PredictOptions = {},
): Promise<PredictedImages> {
  const [predicted] = await predictAll([model], data, options);
  return predicted!;
}

/** The same with several models, which all see a batch before the next one is made. */
export async function predictAll(
  models: readonly tf.LayersModel[],
  data: ImageDataset,
  options: PredictOptions = {},
): Promise<PredictedImages[]> {
  const { imageShape, numClasses } = data;
  for (const model of models) checkFit(model, { imageShape, numClasses });
  const folded: tf.LayersModel[] = [];
  try {
    for (const model of models) folded.push(await foldBatchNorms(model));
    return await predictWith(folded, data, options);
  } finally {
    for (const model of folded) model.dispose();
  }
}

async function predictWith(
  models: readonly tf.LayersModel[],
  data: ImageDataset,
  options: PredictOptions,
): Promise<PredictedImages[]> {
  const { imageShape, numClasses, candidates } = data;
  const { batchSize = defaultBatchSize(imageShape), signal, onImages } = options;
  const k = Math.min(5, candidates?.length ?? numClasses);
  const imageIds: ImageId[] = [];
  const trueClass: number[] = [];
  const outputs = models.map(() => ({ confidence: [] as number[], top5: [] as number[] }));
  for await (const { images, shape, labels, ids } of data.batches(batchSize)) {
    signal?.throwIfAborted();
    const batch = tf.tensor4d(images, shape);
    for (const [m, model] of models.entries()) {
      const [values, indices] = tf.tidy(() => {
        const logits = model.apply(batch, { training: false }) as tf.Tensor2D;
        const considered = candidates
          ? logits.gather(tf.tensor1d([...candidates], 'int32'), 1)
          : logits;
        const best = tf.topk(considered.softmax(), k);
        return [best.values, best.indices];
      });
      const { confidence, top5 } = outputs[m]!;
      const probabilities = await values!.data();
      for (const index of await indices!.data()) top5.push(candidates?.[index] ?? index);
      for (let i = 0; i < ids.length; i++) confidence.push(probabilities[i * k]!);
      tf.dispose([values!, indices!]);
    }
    batch.dispose();
    imageIds.push(...ids);
    trueClass.push(...labels);
    onImages?.(ids.length);
    // Lets what would abort the signal in.
    await new Promise(setImmediate);
  }
  const labels = Int32Array.from(trueClass);
  return outputs.map(({ confidence, top5 }) => ({
    imageIds,
    trueClass: labels,
    predictedClass: labels.map((_, i) => top5[i * k]!),
    confidence: Float32Array.from(confidence),
    top5: Int32Array.from(top5),
  }));
}

const PIXELS_AT_ONCE = 250 * 32 * 32;

function defaultBatchSize([height, width]: readonly [number, number, number]): number {
  return Math.min(250, Math.max(8, Math.floor(PIXELS_AT_ONCE / (height * width))));
}
