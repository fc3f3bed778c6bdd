import * as tf from '../tf';

/** The class behind `tf.layers.conv2d`, which tfjs exposes only through its registry. */
interface Conv2DLayer extends tf.layers.Layer {
  readonly kernel: tf.LayerVariable;
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid';
}
type Conv2DArgs = Parameters<typeof tf.layers.conv2d>[0];

const [Conv2D] = tf.serialization.SerializationMap.getMap().classNameMap.Conv2D as unknown as [
  tf.serialization.SerializableConstructor<Conv2DLayer>,
];

/**
 * `tf.layers.conv2d` for a network's first layer. It computes no gradient of its input unless one is
 * needed; tfjs's own always does, which nearly doubles the cost of a first layer. Without bias and
 * activation.
 */
export class ImageConv2D extends Conv2D {
  static override readonly className = 'ImageConv2D';

  constructor(args: Conv2DArgs) {
    super({ ...args, useBias: false });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.conv2d(x, this.kernel.read() as tf.Tensor4D, this.strides, this.padding);
  }
}
tf.serialization.registerClass(ImageConv2D);
