import * as tf from '@tensorflow/tfjs';
import { EngineError } from '../../errors';
import type { Machine } from './memory';

/** What a kernel is called with. `Attributes` are those that tfjs gives to a kernel of its name. */
export interface KernelCall<Attributes = Record<string, unknown>> {
  readonly machine: Machine;
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attrs: Attributes;
}

/** A kernel for tfjs's WebAssembly backend; undefined hands a case over to tfjs's own. */
export type Kernel = (call: KernelCall<never>) => tf.TensorInfo | tf.TensorInfo[] | undefined;

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
        throw new EngineError(
          `${kernelName} is not implemented on WebAssembly for ${JSON.stringify(attrs)}.`,
        );
      return original.kernelFunc(call);
    },
  });
}
