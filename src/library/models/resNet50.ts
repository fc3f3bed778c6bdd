import * as tf from '../backend/tf';
import * as layers from './layers';
import type { ModelShape } from './shape';

const STAGES = [
  { blocks: 3, filters: 64 },
  { blocks: 4, filters: 128 },
  { blocks: 6, filters: 256 },
  { blocks: 3, filters: 512 },
];

/**
 * ResNet-50 v1.5 (He et al. 2015, with the stride on each block's 3 × 3 convolution), the paper's
 * network for ImageNet. The scale of every block's last batch norm starts at 0, so that a block
 * starts as the identity (Goyal et al. 2017).
 *
 * @returns a model from images `[n, height, width, channels]`, usually 224 × 224 × 3, to logits
 *   `[n, classes]`
 */
export function resNet50(shape: ModelShape): tf.LayersModel {
  /** Pads by hand where the stride is 2: `same` would depend on the parity of the size. */
  const conv = (
    x: tf.SymbolicTensor,
    name: string,
    filters: number,
    kernel: number,
    stride = 1,
    images = false,
  ) =>
    stride === 1 || kernel === 1
      ? layers.conv(x, name, filters, kernel, { stride })
      : layers.conv(pad(x, `${name}/pad`, (kernel - 1) / 2), name, filters, kernel, {
          stride,
          padding: 'valid',
          images,
        });

  const input = tf.input({ shape: [...shape.imageShape], name: 'image' });
  let x = layers.normRelu(conv(input, 'conv', 64, 7, 2, true), 'conv/norm');
  x = layers.maxPool(x, 'conv/pool', 3, 2);
  for (const [s, { blocks, filters }] of STAGES.entries()) {
    for (let block = 0; block < blocks; block++) {
      const name = `stage${s + 1}/block${block + 1}`;
      const stride = s > 0 && block === 0 ? 2 : 1;
      const shortcut =
        block > 0
          ? x
          : layers.norm(
              conv(x, `${name}/shortcut`, 4 * filters, 1, stride),
              `${name}/shortcut/norm`,
            );
      let y = layers.normRelu(conv(x, `${name}/conv1`, filters, 1), `${name}/norm1`);
      y = layers.normRelu(conv(y, `${name}/conv2`, filters, 3, stride), `${name}/norm2`);
      y = layers.norm(conv(y, `${name}/conv3`, 4 * filters, 1), `${name}/norm3`, 'zeros');
      x = layers.relu(layers.add(shortcut, y, `${name}/add`), `${name}/relu`);
    }
  }
  const logits = layers.dense(layers.globalPool(x), 'logits', shape.numClasses);
  return tf.model({ inputs: input, outputs: logits, name: 'resnet-50' });
}

function pad(x: tf.SymbolicTensor, name: string, by: number): tf.SymbolicTensor {
  return tf.layers.zeroPadding2d({ name, padding: by }).apply(x) as tf.SymbolicTensor;
}
