import type * as tf from '@tensorflow/tfjs';
import type { Kernel, KernelCall } from './kernel';

type Tensors<Names extends string> = Record<Names, tf.TensorInfo>;

interface BatchNormAttributes {
  epsilon: number;
  activation: 'linear' | 'relu';
}

function sizes(x: tf.TensorInfo): [pixels: number, channels: number] {
  const pixels = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return [pixels, x.shape.at(-1)!];
}

const batchStatistics: Kernel = ({ machine, inputs }: KernelCall) => {
  const { x } = inputs as Tensors<'x'>;
  const [pixels, channels] = sizes(x);
  const [mean, variance] = [machine.output([channels]), machine.output([channels])];
  const { channelMoments } = machine.ops;
  channelMoments(machine.at(x), machine.at(mean), machine.at(variance), pixels, channels);
  return [mean, variance];
};

const batchNorm: Kernel = ({ machine, inputs, attrs }: KernelCall<BatchNormAttributes>) => {
  const { x, gamma, beta, mean, variance } = inputs as Tensors<
    'x' | 'gamma' | 'beta' | 'mean' | 'variance'
  >;
  const y = machine.output(x.shape);
  machine.withScratch((scratch) =>
    machine.ops.batchNorm(
      ...[x, gamma, beta, mean, variance, y].map((tensor) => machine.at(tensor)),
      ...[...sizes(x), attrs.epsilon, Number(attrs.activation === 'relu'), scratch],
    ),
  );
  return y;
};

const batchNormGrad: Kernel = ({ machine, inputs, attrs }: KernelCall<BatchNormAttributes>) => {
  const { dy, x, gamma, beta, mean, variance } = inputs as Tensors<
    'dy' | 'x' | 'gamma' | 'beta' | 'mean' | 'variance'
  >;
  const [dx, dgamma, dbeta] = [x, gamma, beta].map(({ shape }) => machine.output(shape)) as [
    tf.TensorInfo,
    tf.TensorInfo,
    tf.TensorInfo,
  ];
  machine.withScratch((scratch) =>
    machine.ops.batchNormGradient(
      ...[dy, x, gamma, beta, mean, variance, dx, dgamma, dbeta].map((tensor) =>
        machine.at(tensor),
      ),
      ...[...sizes(x), attrs.epsilon, Number(attrs.activation === 'relu'), scratch],
    ),
  );
  return [dx, dgamma, dbeta];
};

/** A sum over all axes but the last, as a bias's gradient is. */
const sum: Kernel = ({
  machine,
  inputs,
  attrs,
}: KernelCall<{ axis: number | number[]; keepDims: boolean }>) => {
  const { x } = inputs as Tensors<'x'>;
  const axes = [attrs.axis].flat().map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const channelsRemain =
    axes.length === x.shape.length - 1 && axes.every((axis) => axis < x.shape.length - 1);
  if (x.dtype !== 'float32' || x.shape.length < 2 || !channelsRemain || attrs.keepDims)
    return undefined;
  const [pixels, channels] = sizes(x);
  const y = machine.output([channels]);
  machine.ops.channelSums(machine.at(x), machine.at(y), pixels, channels);
  return y;
};

export const normalization = {
  BatchStatistics: batchStatistics,
  BatchNorm: batchNorm,
  BatchNormGrad: batchNormGrad,
  Sum: sum,
};
