import * as tf from '../tf';
import type { Arena } from './arena';
import type { Kernel, KernelCall } from './kernel';
import { sizesOf } from './layouts';

/** The attributes that tfjs's poolings share. */
interface PoolingAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: number | 'valid' | 'same' | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function info(x: tf.TensorInfo, attrs: PoolingAttributes): tf.backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const sizes = x.shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(sizes, filterSize, strides, 1, pad, dimRoundingMode);
}

/** The address of a pooling's sizes. */
function shape(arena: Arena, info: tf.backend_util.Conv2DInfo): number {
  return arena.struct('PoolShape', sizesOf(info));
}

const maxPool: Kernel = ({ arena, inputs, attrs }: KernelCall<PoolingAttributes>) => {
  const x = inputs.x!;
  const pool = info(x, attrs);
  const y = arena.output(pool.outShape);
  arena.compiled.maxPool(arena.at(x), arena.at(y), shape(arena, pool));
  return y;
};

const maxPoolGrad: Kernel = ({ arena, inputs, attrs }: KernelCall<PoolingAttributes>) => {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const dx = arena.output(input.shape);
  const sizes = shape(arena, info(input, attrs));
  arena.compiled.maxPoolGradient(arena.at(input), arena.at(dy), arena.at(dx), sizes);
  return dx;
};

const avgPoolGrad: Kernel = ({ arena, inputs, attrs }: KernelCall<PoolingAttributes>) => {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const dx = arena.output(input.shape);
  const sizes = shape(arena, info(input, attrs));
  arena.compiled.avgPoolGradient(arena.at(dy), arena.at(dx), sizes);
  return dx;
};

export const pooling = { MaxPool: maxPool, MaxPoolGrad: maxPoolGrad, AvgPoolGrad: avgPoolGrad };
