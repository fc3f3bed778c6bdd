import * as tf from '../tf';
import { batchNorm, batchNormTraining } from './batchNorm';
import { moveAverage } from './moveAverage';

/** Options that every tfjs layer takes. */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

/** Options of {@link BatchNorm}. */
export interface BatchNormArgs extends LayerArgs {
  /** Share that the moving averages keep at each step. Default 0.99. */
  readonly momentum?: number;
  /** Added to the variance. Default 1e-3. */
  readonly epsilon?: number;
  /** Initial scale. Default `ones`. */
  readonly gammaInitializer?: 'ones' | 'zeros';
  /** Applied in the same pass over memory. Default `linear`: nothing. */
  readonly activation?: 'linear' | 'relu';
}

/**
 * Batch normalisation over the last axis as a layer. Its weights are those of
 * `tf.layers.batchNormalization` in the same order: gamma, beta, moving_mean, moving_variance.
 */
export class BatchNorm extends tf.layers.Layer {
  /** The layer's name in a saved topology. */
  static readonly className = 'BatchNorm';
  private readonly momentum: number;
  private readonly epsilon: number;
  private readonly gammaInitializer: 'ones' | 'zeros';
  private readonly activation: 'linear' | 'relu';
  private gamma!: tf.LayerVariable;
  private beta!: tf.LayerVariable;
  private movingMean!: tf.LayerVariable;
  private movingVariance!: tf.LayerVariable;

  /** A layer without weights, which are made for its first input. */
  constructor(args: BatchNormArgs = {}) {
    const {
      momentum = 0.99,
      epsilon = 1e-3,
      gammaInitializer = 'ones',
      activation = 'linear',
      ...layer
    } = args;
    super(layer);
    this.supportsMasking = true;
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.gammaInitializer = gammaInitializer;
    this.activation = activation;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as tf.Shape).at(-1);
    const weight = (name: string, initial: 'ones' | 'zeros', trainable: boolean) =>
      this.addWeight(
        name,
        [channels!],
        'float32',
        tf.initializers[initial](),
        undefined,
        trainable,
      );
    this.gamma = weight('gamma', this.gammaInitializer, true);
    this.beta = weight('beta', 'zeros', true);
    this.movingMean = weight('moving_mean', 'zeros', false);
    this.movingVariance = weight('moving_variance', 'ones', false);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  /** Normalises by the batch's moments during training, else by the moving averages. */
  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: {
      /** Whether the moving averages are updated. Default false. */
      training?: boolean;
    },
  ): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const options = { epsilon: this.epsilon, activation: this.activation };
    const gamma = this.gamma.read() as tf.Tensor1D;
    const beta = this.beta.read() as tf.Tensor1D;
    const movingMean = this.movingMean.read() as tf.Variable<tf.Rank.R1>;
    const movingVariance = this.movingVariance.read() as tf.Variable<tf.Rank.R1>;
    return tf.tidy(() => {
      if (!kwargs.training) return batchNorm(x, gamma, beta, movingMean, movingVariance, options);
      const { y, mean, variance } = batchNormTraining(x, gamma, beta, options);
      moveAverage(movingMean, mean, this.momentum);
      moveAverage(movingVariance, variance, this.momentum);
      return y;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { momentum, epsilon, gammaInitializer, activation } = this;
    return { ...super.getConfig(), momentum, epsilon, gammaInitializer, activation };
  }
}
tf.serialization.registerClass(BatchNorm);
