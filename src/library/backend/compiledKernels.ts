import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

/** The folder of the kernels' source, seen from dist/backend. */
const SOURCES = join(__dirname, '../../backend/cpp');

const STACK_BYTES = 1 << 16;

/** The part of WebAssembly that is used here; its types come only with a browser's. */
declare const WebAssembly: {
  validate(binary: Uint8Array): boolean;
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

type CompiledKernel = (...args: number[]) => number;

/**
 * The functions that backend/cpp exports, all on one WebAssembly memory. Arguments are addresses in
 * it and numbers.
 */
export type CompiledKernels = Readonly<
  Record<
    | 'conv2d'
    | 'conv2dInputGradient'
    | 'conv2dFilterGradient'
    | 'depthwiseInputGradient'
    | 'depthwiseFilterGradient'
    | 'channelSums'
    | 'channelMoments'
    | 'batchNorm'
    | 'batchNormGradient'
    | 'maxPool'
    | 'maxPoolGradient'
    | 'avgPoolGradient'
    | 'relu'
    | 'reluGradient'
    | 'add'
    | 'updateWeights'
    | 'moveAverage',
    CompiledKernel
  >
>;

const source = require(join(SOURCES, 'addonPath.js')) as {
  addonPath(): string;
  sourceHash(): string;
};

/** Hash of the kernels' source, which changes whenever their results may. */
export const kernelsVersion = (): string => source.sourceHash();

/** The memory that compiled kernels work on. */
export interface KernelMemory {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Reserves bytes for good, at the beginning of a line of the cache. */
  reserve(bytes: number): number;
}

/** The kernels of one of the checked-in modules; undefined where this Node cannot run it. */
export function wasmKernels(
  name: 'simd' | 'relaxed-simd',
  on: KernelMemory,
): CompiledKernels | undefined {
  const binary = readFileSync(join(SOURCES, `${name}.wasm`));
  // Node 20 keeps relaxed SIMD behind a flag.
  if (!WebAssembly.validate(binary)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (!WebAssembly.validate(binary)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), {
    env: { memory: on.memory },
  });
  // The stack grows down. Its default place is at low addresses, which belong to tfjs's module.
  const stack = exports.__stack_pointer as { value: number };
  stack.value = on.reserve(STACK_BYTES) + STACK_BYTES;
  return exports as unknown as CompiledKernels;
}

/** The kernels compiled for this machine's processor; undefined where they have not been built. */
export function nativeKernels(
  name: 'avx512' | 'avx512bf16' | 'avx2' | 'neon',
  on: KernelMemory,
): CompiledKernels | undefined {
  const path = source.addonPath();
  if (!existsSync(path)) return undefined;
  const addon = require(path) as Record<
    string,
    CompiledKernels & { useMemory(buffer: ArrayBuffer): void }
  >;
  const kernels = addon[name];
  if (kernels === undefined) return undefined;
  // The memory moves when it grows.
  let seen: ArrayBuffer | undefined;
  const followed = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...args: number[]) => {
      if (on.memory.buffer !== seen) {
        seen = on.memory.buffer;
        kernels.useMemory(seen);
      }
      return (kernel as CompiledKernel)(...args);
    },
  ]);
  return Object.fromEntries(followed) as CompiledKernels;
}
