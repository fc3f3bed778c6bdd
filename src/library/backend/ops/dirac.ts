import * as tf from '../tf';

/** Options of {@link Dirac}. */
export interface DiracArgs {
  /** Of the weights that are drawn. */
  seed?: number;
}

/**
 * Initialises a convolution so that output channel i repeats input channel i, as far as there are as many
 * outputs; the other outputs are He-normal (He et al. 2015).
 */
export class Dirac extends tf.serialization.Serializable {
  static readonly className = 'Dirac';
  private readonly seed: number | undefined;

  constructor({ seed }: DiracArgs = {}) {
    super();
    this.seed = seed;
  }

  /** Weights `[height, width, inputs, outputs]`. */
  apply(shape: tf.Shape, dtype?: tf.DataType): tf.Tensor {
    const [height, width, inputs, outputs] = shape as [number, number, number, number];
    const drawn = tf.initializers.heNormal({ seed: this.seed! }).apply(shape, dtype);
    const weights = drawn.dataSync() as Float32Array;
    drawn.dispose();
    const centre = Math.floor(height / 2) * width + Math.floor(width / 2);
    for (let channel = 0; channel < Math.min(inputs, outputs); channel++)
      for (let at = 0; at < height * width * inputs; at++)
        weights[at * outputs + channel] = at === centre * inputs + channel ? 1 : 0;
    return tf.tensor(weights, shape as number[], 'float32');
  }

  /** Asked for by tfjs: the configuration holds numbers alone. */
  fromConfigUsesCustomObjects(): boolean {
    return false;
  }

  getConfig(): tf.serialization.ConfigDict {
    return { seed: this.seed ?? null };
  }
}

tf.serialization.registerClass(Dirac);
