import { BackendError } from 'selective-brain-damage-statistics';
import * as tf from '../tf';
import type { Machine } from './memory';

/** What a kernel is called with. `Attributes` are those that tfjs gives to a kernel of its name. */
export interface KernelCall<Attributes = Record<string, unknown>> {
  readonly machine: Machine;
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attrs: Attributes;
}

/** A kernel for tfjs's WebAssembly backend; undefined hands a case over to tfjs's own. */
export type Kernel = (call: KernelCall<never>) => tf.TensorInfo | tf.TensorInfo[] | undefined;

/** Whether a tensor of one of these shapes has no values: the ops for products do not take such. */
export function isEmpty(...shapes: readonly (readonly number[])[]): boolean {
  return shapes.some((shape) => shape.includes(0));
}

/** What a product is where one of its tensors is empty: sums of nothing, and the bias. */
export function sumsOfNothing(
  machine: Machine,
  shape: number[],
  bias?: tf.TensorInfo,
  rectify = false,
): tf.TensorInfo {
  const y = machine.output(shape);
  const values = machine.floats(y).fill(0);
  if (bias) {
    const biases = machine.floats(bias);
    for (let i = 0; i < values.length; i++) values[i] = biases[i % biases.length]!;
  }
  if (rectify) for (let i = 0; i < values.length; i++) values[i] = Math.max(0, values[i]!);
  return y;
}

/** Registers a kernel in front of tfjs's own, which must have been set up already. */
export function registerKernel(kernelName: string, kernel: Kernel, machine: Machine): void {
  const original = tf.getKernel(kernelName, 'wasm');
  if (original) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const { inputs, attrs } = call;
      const output = kernel({
        machine,
        inputs: inputs as KernelCall['inputs'],
        attrs: attrs as never,
      });
      if (output !== undefined) return output;
      if (original === undefined)
        throw new BackendError(
          `${kernelName} is not implemented on WebAssembly for ${JSON.stringify(attrs)}.`,
        );
      return original.kernelFunc(call);
    },
  });
}
