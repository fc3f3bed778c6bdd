import { checkCount } from 'selective-brain-damage-statistics/internal';
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

/** Poolings at most: 32 × 32 pixels are 4 × 4 after three, which is as coarse as helps. */
const POOLINGS = 3;

/**
 * A small convolutional network for demonstrations and for populations on a modest machine: 3 × 3
 * convolutions, each with batch norm and ReLU, the first three with 2 × 2 max pooling, then global
 * average pooling and one dense layer.
 *
 * @returns a model from images `[n, height, width, channels]` to logits `[n, classes]`
 * @throws OptionError if the depth is not a whole number of 1 or more
 */
export function smallCnn(shape: ModelShape, options: SmallCnnOptions = {}): tf.LayersModel {
  const { depth = 3, width = 16 } = options;
  checkCount('small-cnn depth', depth);
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
