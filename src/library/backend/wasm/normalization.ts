import * as tf from '../tf';
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

interface ReductionAttributes {
  /** None stands for all. */
  readonly axis?: number | number[] | null;
  readonly keepDims?: boolean;
}

/** Sums or means over the pixels, of each image or of all together; undefined for other axes. */
function reduce(
  { machine, inputs, attrs }: KernelCall<ReductionAttributes>,
  what: 'sum' | 'mean',
): tf.TensorInfo | undefined {
  const { x } = inputs as Tensors<'x'>;
  const last = x.shape.length - 1;
  const axes = tf.util.parseAxisParam(attrs.axis as number[], x.shape);
  const first = Math.min(...axes);
  const arePixels =
    axes.length > 0 && axes.length === last - first && Math.max(...axes) === last - 1;
  if (x.dtype !== 'float32' || !arePixels || attrs.keepDims) return undefined;
  const kept = x.shape.slice(0, first);
  const images = kept.reduce((product, size) => product * size, 1);
  const [all, channels] = sizes(x);
  const pixels = all / images;
  const y = machine.output([...kept, channels]);
  const scale = what === 'sum' ? 1 : 1 / pixels;
  machine.ops.channelSums(machine.at(x), machine.at(y), images, pixels, channels, scale);
  return y;
}

const sum: Kernel = (call: KernelCall<ReductionAttributes>) => reduce(call, 'sum');

const mean: Kernel = (call: KernelCall<ReductionAttributes>) => reduce(call, 'mean');

export const normalization = {
  BatchStatistics: batchStatistics,
  BatchNorm: batchNorm,
  BatchNormGrad: batchNormGrad,
  Sum: sum,
  Mean: mean,
};
