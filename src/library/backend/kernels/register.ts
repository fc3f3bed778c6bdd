import * as tf from '../tf';
import { Arena, type WasmBackend } from './arena';
import { convolution } from './convolution';
import { copying } from './copying';
import { elementwise } from './elementwise';
import { type Kernel, registerKernel } from './kernel';
import { matMul } from './matMul';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { training } from './training';

const kernels: Record<string, Kernel> = {
  ...convolution,
  ...pooling,
  ...normalization,
  ...elementwise,
  ...copying,
  ...matMul,
  ...training,
};

let arena: Arena | undefined;

/**
 * Registers the kernels with tfjs's WebAssembly backend, which must be the current one, and returns
 * the arena that they work on.
 */
export function registerKernels(): Arena {
  if (arena === undefined) {
    arena = new Arena(tf.backend() as WasmBackend);
    for (const [name, kernel] of Object.entries(kernels)) registerKernel(name, kernel, arena);
  }
  return arena;
}
