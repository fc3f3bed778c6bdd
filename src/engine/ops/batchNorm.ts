import * as tf from '@tensorflow/tfjs';
import { hasKernel, runKernel } from './kernel';

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-3. */
  readonly epsilon?: number;
  /** What follows in the same pass over memory. Default `linear`: nothing. */
  readonly activation?: 'linear' | 'relu';
}

/** What batch normalisation gives in training. */
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
    save([x, gamma, mean, variance, ...(activation === 'relu' ? [y] : [])]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const [x, gamma, mean, variance, y] = saved as [
          tf.Tensor,
          tf.Tensor1D,
          tf.Tensor1D,
          tf.Tensor1D,
          tf.Tensor | undefined,
        ];
        return batchNormGradient(dy, x, gamma, mean, variance, epsilon, y);
      },
    };
  });
  return { y: normalize(x, gamma, beta), mean, variance };
}

/** Normalises by a mean and a variance that are given, as in evaluation. */
export function batchNorm(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  options: BatchNormOptions = {},
): tf.Tensor {
  const { epsilon = 1e-3, activation = 'linear' } = options;
  return tf.tidy(() => {
    const scale = gamma.mul(variance.add(epsilon).rsqrt());
    const y = x.mul(scale).add(beta.sub(mean.mul(scale)));
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

/** Gradients of x, gamma and beta; `y` where a ReLU followed. */
function batchNormGradient(
  dy: tf.Tensor,
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  epsilon: number,
  y?: tf.Tensor,
): tf.Tensor[] {
  const inputs = { dy, x, gamma, mean, variance, ...(y && { y }) };
  if (hasKernel('BatchNormGrad')) return runKernel('BatchNormGrad', inputs, { epsilon });
  const axes = allButLast(x);
  const dz = y ? dy.mul(y.step()) : dy;
  const inverseDeviation = variance.add(epsilon).rsqrt();
  const normalized = x.sub(mean).mul(inverseDeviation);
  const dbeta = dz.sum(axes);
  const dgamma = dz.mul(normalized).sum(axes);
  const count = x.size / mean.size;
  const dx = dz
    .sub(dbeta.div(count))
    .sub(normalized.mul(dgamma.div(count)))
    .mul(gamma.mul(inverseDeviation));
  return [dx, dgamma, dbeta];
}

function allButLast(x: tf.Tensor): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}
