import { BatchNorm, type BatchNormArgs } from '../backend/ops/batchNormLayer';
import { ImageConv2D } from '../backend/ops/imageConv2d';
import * as tf from '../backend/tf';

type Tensor = tf.SymbolicTensor;

/** Options of {@link conv}; `images` says that x is the network's input. */
interface ConvOptions {
  readonly stride?: number;
  readonly padding?: 'same' | 'valid';
  readonly images?: boolean;
}

/** Convolution with He-normal weights (He et al. 2015) and no bias: a batch norm follows. */
export function conv(
  x: Tensor,
  name: string,
  filters: number,
  kernel: number,
  options: ConvOptions = {},
): Tensor {
  const { stride = 1, padding = 'same', images = false } = options;
  const args = {
    name,
    filters,
    kernelSize: kernel,
    strides: stride,
    padding,
    useBias: false,
    kernelInitializer: 'heNormal',
  } as const;
  const layer = images ? new ImageConv2D(args) : tf.layers.conv2d(args);
  return layer.apply(x) as Tensor;
}

/** Dense layer with He-normal weights. */
export function dense(x: Tensor, name: string, units: number): Tensor {
  return tf.layers.dense({ name, units, kernelInitializer: 'heNormal' }).apply(x) as Tensor;
}

/** Batch norm and ReLU, in one pass. */
export function normRelu(x: Tensor, name: string): Tensor {
  return batchNorm(x, { name, activation: 'relu' });
}

/** Batch norm; `gamma` is the scale's initial value. */
export function norm(x: Tensor, name: string, gamma: 'ones' | 'zeros' = 'ones'): Tensor {
  return batchNorm(x, { name, gammaInitializer: gamma });
}

function batchNorm(x: Tensor, args: BatchNormArgs): Tensor {
  return new BatchNorm({ momentum: 0.9, epsilon: 1e-5, ...args }).apply(x) as Tensor;
}

export function relu(x: Tensor, name: string): Tensor {
  return tf.layers.activation({ name, activation: 'relu' }).apply(x) as Tensor;
}

export function maxPool(x: Tensor, name: string, size: number, stride = size): Tensor {
  return tf.layers
    .maxPooling2d({ name, poolSize: size, strides: stride, padding: 'same' })
    .apply(x) as Tensor;
}

export function add(x: Tensor, y: Tensor, name: string): Tensor {
  return tf.layers.add({ name }).apply([x, y]) as Tensor;
}

export function globalPool(x: Tensor): Tensor {
  return tf.layers
    .globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' })
    .apply(x) as Tensor;
}
