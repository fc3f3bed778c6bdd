import { checkOption } from 'selective-brain-damage-statistics/internal';
import * as tf from '../backend/tf';
import * as layers from './layers';
import type { ModelShape } from './shape';

/** Options of {@link wideResNet}. */
export interface WideResNetOptions {
  /** Layers in depth: 6n + 4 for n blocks in each of the three groups. Default 16. */
  depth?: number;
  /** Factor on the channels 16, 32, 64 of the three groups. Default 1. */
  width?: number;
}

/**
 * The wide residual network WRN-`depth`-`width` (Zagoruyko & Komodakis 2016), the paper's network
 * for CIFAR-10: pre-activation blocks of two 3 × 3 convolutions, without dropout.
 *
 * @returns a model from images `[n, height, width, channels]` to logits `[n, classes]`
 * @throws OptionError if the depth is not 6n + 4
 */
export function wideResNet(shape: ModelShape, options: WideResNetOptions = {}): tf.LayersModel {
  const { depth = 16, width = 1 } = options;
  const blocks = (depth - 4) / 6;
  const valid = Number.isInteger(blocks) && blocks > 0;
  checkOption('model.depth', depth, valid, '6n + 4: 10, 16, 22, 28, 40');

  const input = tf.input({ shape: [...shape.imageShape], name: 'image' });
  let x = layers.conv(input, 'conv', 16, 3, { images: true });
  let channels = 16;
  for (const [group, filters] of [16 * width, 32 * width, 64 * width].entries()) {
    for (let block = 0; block < blocks; block++) {
      const name = `group${group + 1}/block${block + 1}`;
      const stride = group > 0 && block === 0 ? 2 : 1;
      const active = layers.normRelu(x, `${name}/norm1`);
      const shortcut =
        channels === filters && stride === 1
          ? x
          : layers.conv(active, `${name}/shortcut`, filters, 1, { stride });
      let y = layers.conv(active, `${name}/conv1`, filters, 3, { stride });
      y = layers.normRelu(y, `${name}/norm2`);
      y = layers.conv(y, `${name}/conv2`, filters, 3);
      x = layers.add(shortcut, y, `${name}/add`);
      channels = filters;
    }
  }
  x = layers.normRelu(x, 'norm');
  const logits = layers.dense(layers.globalPool(x), 'logits', shape.numClasses);
  return tf.model({ inputs: input, outputs: logits, name: `wide-resnet-${depth}-${width}` });
}
