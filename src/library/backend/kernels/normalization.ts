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

const batchStatistics: Kernel = ({ arena, inputs }: KernelCall) => {
  const { x } = inputs as Tensors<'x'>;
  const [pixels, channels] = sizes(x);
  const [mean, variance] = [arena.output([channels]), arena.output([channels])];
  const { channelMoments } = arena.compiled;
  channelMoments(arena.at(x), arena.at(mean), arena.at(variance), pixels, channels);
  return [mean, variance];
};

const batchNorm: Kernel = ({ arena, inputs, attrs }: KernelCall<BatchNormAttributes>) => {
  const { x, gamma, beta, mean, variance } = inputs as Tensors<
    'x' | 'gamma' | 'beta' | 'mean' | 'variance'
  >;
  const y = arena.output(x.shape);
  arena.withScratch((scratch) =>
    arena.compiled.batchNorm(
      ...[x, gamma, beta, mean, variance, y].map((tensor) => arena.at(tensor)),
      ...[...sizes(x), attrs.epsilon, Number(attrs.activation === 'relu'), scratch],
    ),
  );
  return y;
};

const batchNormGrad: Kernel = ({ arena, inputs, attrs }: KernelCall<BatchNormAttributes>) => {
  const { dy, x, gamma, beta, mean, variance } = inputs as Tensors<
    'dy' | 'x' | 'gamma' | 'beta' | 'mean' | 'variance'
  >;
  const [dx, dgamma, dbeta] = [x, gamma, beta].map(({ shape }) => arena.output(shape)) as [
    tf.TensorInfo,
    tf.TensorInfo,
    tf.TensorInfo,
  ];
  arena.withScratch((scratch) =>
    arena.compiled.batchNormGradient(
      ...[dy, x, gamma, beta, mean, variance, dx, dgamma, dbeta].map((tensor) => arena.at(tensor)),
      ...[...sizes(x), attrs.epsilon, Number(attrs.activation === 'relu'), scratch],
    ),
  );
  return [dx, dgamma, dbeta];
};

interface ReductionAttributes {
  /** Default: all axes. */
  readonly axis?: number | number[] | null;
  readonly keepDims?: boolean;
}

/** Sums or means over the pixels, of each image or of all together; undefined for other axes. */
function reduce(
  { arena, inputs, attrs }: KernelCall<ReductionAttributes>,
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
  const y = arena.output([...kept, channels]);
  const scale = what === 'sum' ? 1 : 1 / pixels;
  arena.compiled.channelSums(arena.at(x), arena.at(y), images, pixels, channels, scale);
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
