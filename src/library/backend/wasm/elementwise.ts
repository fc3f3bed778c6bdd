import * as tf from '../tf';
import type { Kernel, KernelCall } from './kernel';

/** Shares the data; tfjs's own copies it, and does so for every tensor that a gradient saves. */
const identity: Kernel = ({ machine, inputs }: KernelCall) => {
  const x = inputs.x!;
  if (x.dtype === 'string') return undefined;
  machine.backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
};

const cast: Kernel = (call: KernelCall<{ dtype: tf.DataType }>) =>
  call.attrs.dtype === call.inputs.x!.dtype ? identity(call as KernelCall<never>) : undefined;

const relu: Kernel = ({ machine, inputs }: KernelCall) => {
  const x = inputs.x!;
  if (x.dtype !== 'float32') return undefined;
  const y = machine.output(x.shape);
  machine.ops.rectify(machine.at(x), machine.at(y), tf.util.sizeFromShape(x.shape));
  return y;
};

const reluGrad: Kernel = ({ machine, inputs }: KernelCall) => {
  const { dy, x } = inputs as { dy: tf.TensorInfo; x: tf.TensorInfo };
  const dx = machine.output(x.shape);
  const size = tf.util.sizeFromShape(x.shape);
  machine.ops.rectifyGradient(machine.at(dy), machine.at(x), machine.at(dx), size);
  return dx;
};

export const elementwise = { Identity: identity, Cast: cast, Relu: relu, ReluGrad: reluGrad };
