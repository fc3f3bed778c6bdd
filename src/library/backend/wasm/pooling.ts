import * as tf from '../tf';
import type { Kernel, KernelCall } from './kernel';

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

/** The struct `PoolShape` of pool.h. */
function shape(info: tf.backend_util.Conv2DInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    ...[info.filterHeight, info.filterWidth, info.outHeight, info.outWidth],
    ...[info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ];
}

const maxPool: Kernel = ({ machine, inputs, attrs }: KernelCall<PoolingAttributes>) => {
  const x = inputs.x!;
  const pool = info(x, attrs);
  const y = machine.output(pool.outShape);
  machine.ops.maxPool(machine.at(x), machine.at(y), machine.struct(shape(pool)));
  return y;
};

const maxPoolGrad: Kernel = ({ machine, inputs, attrs }: KernelCall<PoolingAttributes>) => {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const dx = machine.output(input.shape);
  const sizes = machine.struct(shape(info(input, attrs)));
  machine.ops.maxPoolGradient(machine.at(input), machine.at(dy), machine.at(dx), sizes);
  return dx;
};

const avgPoolGrad: Kernel = ({ machine, inputs, attrs }: KernelCall<PoolingAttributes>) => {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const dx = machine.output(input.shape);
  const sizes = machine.struct(shape(info(input, attrs)));
  machine.ops.avgPoolGradient(machine.at(dy), machine.at(dx), sizes);
  return dx;
};

export const pooling = { MaxPool: maxPool, MaxPoolGrad: maxPoolGrad, AvgPoolGrad: avgPoolGrad };
