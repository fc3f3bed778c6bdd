import { BackendError } from 'selective-brain-damage-statistics';
import * as tf from '../tf';
import type { Arena } from './arena';

/** The call of a kernel. `Attributes` are those that tfjs passes to a kernel of its name. */
export interface KernelCall<Attributes = Record<string, unknown>> {
  readonly arena: Arena;
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attrs: Attributes;
}

/** A kernel for tfjs's WebAssembly backend; undefined leaves the call to tfjs's own kernel. */
export type Kernel = (call: KernelCall<never>) => tf.TensorInfo | tf.TensorInfo[] | undefined;

/** Whether a tensor of one of these shapes is empty: the compiled products do not support that. */
export function isEmpty(...shapes: readonly (readonly number[])[]): boolean {
  return shapes.some((shape) => shape.includes(0));
}

/** The product of empty tensors: zeros, plus the bias. */
export function emptyProduct(
  arena: Arena,
  shape: number[],
  bias?: tf.TensorInfo,
  relu = false,
): tf.TensorInfo {
  const y = arena.output(shape);
  const values = arena.floats(y).fill(0);
  if (bias) {
    const biases = arena.floats(bias);
    for (let i = 0; i < values.length; i++) values[i] = biases[i % biases.length]!;
  }
  if (relu) for (let i = 0; i < values.length; i++) values[i] = Math.max(0, values[i]!);
  return y;
}

/** Registers a kernel in front of tfjs's own, which must be registered already. */
export function registerKernel(kernelName: string, kernel: Kernel, arena: Arena): void {
  const original = tf.getKernel(kernelName, 'wasm');
  if (original) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const { inputs, attrs } = call;
      const output = kernel({
        arena,
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
