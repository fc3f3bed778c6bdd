import * as tf from '../backend/tf';
import * as layers from './layers';
import type { ModelShape } from './shape';

/** Options of {@link airbench}. */
export interface AirbenchOptions {
  /** Channels of the first convolution. Default 24. */
  stem?: number;
  /** Channels of the three groups. Default 32, 128, 128. */
  widths?: readonly [number, number, number];
}

/**
 * A network of the shape of airbench (Jordan 2024, arXiv 2404.00498; KellerJordan/cifar10-airbench),
 * which reaches a given accuracy on CIFAR-10 for little training: a 3 × 3 convolution with batch norm
 * and ReLU, three groups of convolution, 2 × 2 max pooling, batch norm, ReLU, convolution, batch norm and
 * ReLU, then global average pooling and one dense layer. Its first convolution learns its filters, and
 * its activation is ReLU, where airbench whitens the images and uses GELU.
 *
 * @returns a model from images `[n, height, width, channels]` to logits `[n, classes]`
 */
export function airbench(shape: ModelShape, options: AirbenchOptions = {}): tf.LayersModel {
  const { stem = 24, widths = [32, 128, 128] } = options;
  const input = tf.input({ shape: [...shape.imageShape], name: 'image' });
  let x = layers.conv(input, 'stem', stem, 3, { images: true });
  x = layers.normRelu(x, 'stem/norm');
  for (const [i, width] of widths.entries()) {
    const name = `group${i + 1}`;
    x = layers.conv(x, `${name}/conv1`, width, 3);
    x = layers.maxPool(x, `${name}/pool`, 2);
    x = layers.normRelu(x, `${name}/norm1`);
    x = layers.conv(x, `${name}/conv2`, width, 3);
    x = layers.normRelu(x, `${name}/norm2`);
  }
  const logits = layers.dense(layers.globalPool(x), 'logits', shape.numClasses);
  return tf.model({ inputs: input, outputs: logits, name: 'airbench' });
}
