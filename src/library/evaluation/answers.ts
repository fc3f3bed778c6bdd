import { EvaluationError } from 'selective-brain-damage-statistics';
import * as tf from '../backend/tf';
import type { ImageDataset } from '../datasets/imageDataset';
import type { ImageBatch } from '../datasets/types';
import { foldBatchNorms } from '../models/foldBatchNorms';
import { checkFit } from '../models/model';
import { type Answer, isLayersNetwork, layersOf, type Network, variantOf } from '../models/network';
import { OnnxSession } from '../models/onnxSession';

/** A network made ready to answer batches of images. */
export interface Answers {
  /** Whether images that it was given may be in use later. */
  readonly mayKeepImages: boolean;
  /**
   * Probabilities `[n, classes]` of the classes that predictions are restricted to, or of all.
   *
   * @param images the batch as a tensor, made once for all networks that want it
   * @throws EvaluationError where the network does not give a number for each class
   */
  probabilities(batch: ImageBatch, images: () => tf.Tensor4D): Promise<tf.Tensor2D>;
  /** Frees what was made ready. */
  close(): void;
}

/**
 * @throws OptionError where a network does not take these images or has other classes; a function shows
 *   with its first answer
 */
export function checkTakes(network: Network, data: ImageDataset): void {
  if (isLayersNetwork(network)) checkFit(layersOf(network), data);
  if (network instanceof OnnxSession) network.checkFit(data, data.normalization);
}

/** Makes a network ready for the images of a data set. */
export async function answersOf(network: Network, data: ImageDataset): Promise<Answers> {
  if (isLayersNetwork(network)) {
    const folded = await foldBatchNorms(layersOf(network));
    return {
      mayKeepImages: false,
      async probabilities(_, images) {
        const input = images();
        return tf.tidy(() => {
          const logits = folded.apply(input, { training: false }) as tf.Tensor2D;
          return candidatesOf(logits, data).softmax();
        });
      },
      close: () => folded.dispose(),
    };
  }
  const { variant } = variantOf(network);
  let kind = network instanceof OnnxSession ? network.outputs : undefined;
  return {
    mayKeepImages: !(network instanceof OnnxSession),
    async probabilities(batch) {
      const answer =
        network instanceof OnnxSession
          ? await network.answer(batch)
          : await answerOf(network, batch);
      const rows = await rowsOf(answer);
      checkRows(rows, batch, variant, data);
      kind ??= areProbabilities(rows, data.numClasses) ? 'probabilities' : 'logits';
      return tf.tidy(() => {
        const all = tf.tensor2d(rows, [batch.ids.length, data.numClasses]);
        const outputs = candidatesOf(all, data);
        return kind === 'logits' ? outputs.softmax() : outputs.div(outputs.sum(1, true));
      });
    },
    close() {},
  };
}

function answerOf(network: Network, batch: ImageBatch): Answer | Promise<Answer> {
  return (network as (batch: ImageBatch) => Answer | Promise<Answer>)(batch);
}

function candidatesOf(outputs: tf.Tensor2D, { candidates }: ImageDataset): tf.Tensor2D {
  return candidates ? outputs.gather(tf.tensor1d([...candidates], 'int32'), 1) : outputs;
}

/** The rows of an answer, one after another. */
async function rowsOf(answer: Answer): Promise<Float32Array> {
  if (answer instanceof Float32Array) return answer;
  if (Array.isArray(answer)) return Float32Array.from(answer.flat());
  if (!(answer instanceof tf.Tensor)) return new Float32Array();
  const rows = (await answer.data()) as Float32Array;
  answer.dispose();
  return rows;
}

function checkRows(
  rows: Float32Array,
  { ids }: ImageBatch,
  variant: string,
  { name, numClasses }: ImageDataset,
): void {
  if (rows.length === ids.length * numClasses) return;
  throw new EvaluationError(
    `${variant}: answers ${ids.length} images with ${rows.length} numbers; expected ` +
      `${ids.length} × ${numClasses}, one for each class of ${name}.`,
  );
}

/** The most that the sum of an image's probabilities may be off 1, as quantized ones are. */
const SUM_TOLERANCE = 0.02;

/** Whether every row is one of probabilities: none below 0, their sum 1. */
function areProbabilities(rows: Float32Array, numClasses: number): boolean {
  for (let start = 0; start < rows.length; start += numClasses) {
    let sum = 0;
    for (let c = 0; c < numClasses; c++) {
      if (!(rows[start + c]! >= 0)) return false;
      sum += rows[start + c]!;
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) return false;
  }
  return true;
}
