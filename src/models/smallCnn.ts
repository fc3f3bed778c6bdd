import * as tf from '@tensorflow/tfjs';
import * as layers from './layers';
import type { ModelShape } from './model';

/** Options of {@link smallCnn}. */
export interface SmallCnnOptions {
  /** Channels of the first convolution; they double twice. Default 16. */
  width?: number;
}

/**
 * A small convolutional network for live demonstrations: three 3 × 3 convolutions (`width`,
 * 2·`width`, 4·`width` channels), each with batch norm, ReLU and 2 × 2 max pooling, then global
 * average pooling and one dense layer.
 *
 * @returns a model from images `[n, height, width, channels]` to logits `[n, classes]`
 */
export function smallCnn(shape: ModelShape, options: SmallCnnOptions = {}): tf.LayersModel {
  const { width = 16 } = options;
  const input = tf.input({ shape: [...shape.imageShape], name: 'image' });
  let x = input;
  for (const [i, filters] of [width, 2 * width, 4 * width].entries()) {
    const name = `conv${i + 1}`;
    x = layers.conv(x, name, filters, 3, { images: i === 0 });
    x = layers.normRelu(x, `${name}/norm`);
    x = layers.maxPool(x, `${name}/pool`, 2);
  }
  const logits = layers.dense(layers.globalPool(x), 'logits', shape.numClasses);
  return tf.model({ inputs: input, outputs: logits, name: 'small-cnn' });
}
