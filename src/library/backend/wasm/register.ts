import * as tf from '../tf';
import { convolution } from './convolution';
import { elementwise } from './elementwise';
import { type Kernel, registerKernel } from './kernel';
import { matMul } from './matMul';
import { Machine, type WasmBackend } from './memory';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { training } from './training';

const kernels: Record<string, Kernel> = {
  ...convolution,
  ...pooling,
  ...normalization,
  ...elementwise,
  ...matMul,
  ...training,
};

let machine: Machine | undefined;

/**
 * Registers the kernels that stand on the ops with tfjs's WebAssembly backend, which must be the
 * one that runs, and returns the machine whose ops they use.
 */
export function registerKernels(): Machine {
  if (machine === undefined) {
    machine = new Machine(tf.backend() as WasmBackend);
    for (const [name, kernel] of Object.entries(kernels)) registerKernel(name, kernel, machine);
  }
  return machine;
}
