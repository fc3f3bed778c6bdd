import * as tf from '../tf';
import type { Kernel, KernelCall } from './kernel';

/** Shares the data. tfjs's own kernel copies the data of every tensor that a gradient saves. */
const identity: Kernel = ({ arena, inputs }: KernelCall) => {
  const x = inputs.x!;
  if (x.dtype === 'string') return undefined;
  arena.backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
};

const cast: Kernel = (call: KernelCall<{ dtype: tf.DataType }>) =>
  call.attrs.dtype === call.inputs.x!.dtype ? identity(call as KernelCall<never>) : undefined;

const relu: Kernel = ({ arena, inputs }: KernelCall) => {
  const x = inputs.x!;
  if (x.dtype !== 'float32') return undefined;
  const y = arena.output(x.shape);
  arena.compiled.relu(arena.at(x), arena.at(y), tf.util.sizeFromShape(x.shape));
  return y;
};

const reluGrad: Kernel = ({ arena, inputs }: KernelCall) => {
  const { dy, x } = inputs as { dy: tf.TensorInfo; x: tf.TensorInfo };
  const dx = arena.output(x.shape);
  const size = tf.util.sizeFromShape(x.shape);
  arena.compiled.reluGradient(arena.at(dy), arena.at(x), arena.at(dx), size);
  return dx;
};

const add: Kernel = ({ arena, inputs }: KernelCall) => {
  const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  const floats = a.dtype === 'float32' && b.dtype === 'float32';
  if (!floats || !tf.util.arraysEqual(a.shape, b.shape)) return undefined;
  const y = arena.output(a.shape);
  arena.compiled.add(arena.at(a), arena.at(b), arena.at(y), tf.util.sizeFromShape(a.shape));
  return y;
};

export const elementwise = {
  Identity: identity,
  Cast: cast,
  Relu: relu,
  ReluGrad: reluGrad,
  Add: add,
};
