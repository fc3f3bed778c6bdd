import * as tf from '../tf';

type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

interface FakeQuantizeArgs extends LayerArgs {
  /** Step between two values. */
  readonly scale: number;
  /** The integer that stands for 0, −128 to 127. */
  readonly zeroPoint: number;
}

/**
 * Activations as 8-bit integers give them: each is replaced by the value that its nearest integer stands
 * for, scale · (integer − zeroPoint), with integers from −128 to 127. Floating point throughout, so that
 * any backend computes what fixed-point hardware stands for (Jacob et al. 2018, section 3).
 */
export class FakeQuantize extends tf.layers.Layer {
  static readonly className = 'FakeQuantize';
  private readonly scale: number;
  private readonly zeroPoint: number;

  constructor({ scale, zeroPoint, ...layer }: FakeQuantizeArgs) {
    super(layer);
    this.scale = scale;
    this.zeroPoint = zeroPoint;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const { scale, zeroPoint } = this;
    return tf.tidy(() =>
      x
        .div(scale)
        .round()
        .clipByValue(-128 - zeroPoint, 127 - zeroPoint)
        .mul(scale),
    );
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { scale, zeroPoint } = this;
    return { ...super.getConfig(), scale, zeroPoint };
  }
}
tf.serialization.registerClass(FakeQuantize);
