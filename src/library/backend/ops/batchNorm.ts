import * as tf from '../tf';
import { hasKernel, runKernel } from './kernel';

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-3. */
  readonly epsilon?: number;
  /** Applied in the same pass over memory. Default `linear`: nothing. */
  readonly activation?: 'linear' | 'relu';
}

/** The results of batch normalisation in training. */
export interface NormalizedBatch {
  /** The shape of `x`. */
  readonly y: tf.Tensor;
  /** Of this batch, `[channels]`; without a gradient. */
  readonly mean: tf.Tensor1D;
  /** Of this batch, biased, `[channels]`; without a gradient. */
  readonly variance: tf.Tensor1D;
}

/**
 * Normalises a batch by its own mean and variance: Ioffe and Szegedy 2015, algorithm 1. The
 * gradient is one op.
 *
 * @param x float32 `[..., channels]`
 * @param gamma scale, `[channels]`
 * @param beta offset, `[channels]`
 */
export function batchNormTraining(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  options: BatchNormOptions = {},
): NormalizedBatch {
  const { epsilon = 1e-3, activation = 'linear' } = options;
  const { mean, variance } = batchStatistics(x);
  const normalize = tf.customGrad((...args) => {
    const [x, gamma, beta, save] = args as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const y = batchNorm(x, gamma, beta, mean, variance, options);
    save([x, gamma, beta, mean, variance]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const [x, gamma, beta, mean, variance] = saved as tf.Tensor[];
        const inputs = { dy, x, gamma, beta, mean, variance } as GradientInputs;
        return batchNormGradient(inputs, epsilon, activation);
      },
    };
  });
  return { y: normalize(x, gamma, beta), mean, variance };
}

/** Normalises by given moments, as in evaluation. */
export function batchNorm(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  options: BatchNormOptions = {},
): tf.Tensor {
  const { epsilon = 1e-3, activation = 'linear' } = options;
  if (hasKernel('BatchNorm'))
    return runKernel('BatchNorm', { x, gamma, beta, mean, variance }, { epsilon, activation })[0]!;
  return tf.tidy(() => {
    const y = normalized(x, mean, variance, epsilon).mul(gamma).add(beta);
    return activation === 'relu' ? y.relu() : y;
  });
}

/** Mean and biased variance of each channel, `[channels]`, without a gradient. */
function batchStatistics(x: tf.Tensor): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  if (hasKernel('BatchStatistics')) {
    const [mean, variance] = runKernel('BatchStatistics', { x }) as [tf.Tensor1D, tf.Tensor1D];
    return { mean, variance };
  }
  const { mean, variance } = tf.moments(x, allButLast(x));
  return { mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

type GradientInputs = Record<'dy' | 'x' | 'gamma' | 'beta' | 'mean' | 'variance', tf.Tensor>;

/** Gradients of x, gamma and beta. */
function batchNormGradient(
  inputs: GradientInputs,
  epsilon: number,
  activation: 'linear' | 'relu',
): tf.Tensor[] {
  if (hasKernel('BatchNormGrad'))
    return runKernel('BatchNormGrad', inputs, { epsilon, activation });
  const { dy, x, gamma, beta, mean, variance } = inputs;
  const axes = allButLast(x);
  const xHat = normalized(x, mean, variance, epsilon);
  const dz = activation === 'relu' ? dy.mul(xHat.mul(gamma).add(beta).step()) : dy;
  const dbeta = dz.sum(axes);
  const dgamma = dz.mul(xHat).sum(axes);
  const count = x.size / mean.size;
  const dx = dz
    .sub(dbeta.div(count))
    .sub(xHat.mul(dgamma.div(count)))
    .mul(gamma.mul(variance.add(epsilon).rsqrt()));
  return [dx, dgamma, dbeta];
}

function normalized(
  x: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number,
): tf.Tensor {
  return x.sub(mean).mul(variance.add(epsilon).rsqrt());
}

function allButLast(x: tf.Tensor): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}
