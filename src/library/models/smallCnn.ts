import * as tf from '../backend/tf';
import * as layers from './layers';
import type { ModelShape } from './shape';

/** Options of {@link smallCnn}. */
export interface SmallCnnOptions {
  /** Convolutions. Default 3. */
  depth?: number;
  /** Channels of the first convolution; each of the others has twice as many as the one before. Default 16. */
  width?: number;
}

/** Poolings at most: three make 4 × 4 of 32 × 32 pixels; coarser maps do not help. */
const POOLINGS = 3;

/**
 * A small convolutional network for demonstrations and for populations on a modest machine: 3 × 3
 * convolutions, each with batch norm and ReLU, the first three with 2 × 2 max pooling, then global
 * average pooling and one dense layer.
 *
 * @returns a model from images `[n, height, width, channels]` to logits `[n, classes]`
 */
export function smallCnn(shape: ModelShape, options: SmallCnnOptions = {}): tf.LayersModel {
  const { depth = 3, width = 16 } = options;
  const input = tf.input({ shape: [...shape.imageShape], name: 'image' });
  let x = input;
  for (let i = 0; i < depth; i++) {
    const name = `conv${i + 1}`;
    x = layers.conv(x, name, width * 2 ** i, 3, { images: i === 0 });
    x = layers.normRelu(x, `${name}/norm`);
    if (i < POOLINGS) x = layers.maxPool(x, `${name}/pool`, 2);
  }
  const logits = layers.dense(layers.globalPool(x), 'logits', shape.numClasses);
  return tf.model({ inputs: input, outputs: logits, name: 'small-cnn' });
}
