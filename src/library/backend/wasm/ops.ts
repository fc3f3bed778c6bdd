import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

/** Where the source of the ops lies, seen from dist/backend/wasm. */
const SOURCES = join(__dirname, '../../../backend/cpp');

const STACK_BYTES = 1 << 16;

/** What is used of WebAssembly here; its types come only with a browser's. */
declare const WebAssembly: {
  validate(binary: Uint8Array): boolean;
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

type Op = (...args: number[]) => number;

/**
 * The ops as backend/cpp has them, all on one WebAssembly memory. Arguments are addresses in it
 * and numbers.
 */
export type Ops = Readonly<
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
    | 'rectify'
    | 'rectifyGradient'
    | 'updateWeights'
    | 'moveAverage',
    Op
  >
>;

const source = require(join(SOURCES, 'addonPath.js')) as {
  addonPath(): string;
  sourceHash(): string;
};

/** Hash of the source of the ops, which changes with whatever changes their results. */
export const opsVersion = (): string => source.sourceHash();

/** The memory that ops work on. */
export interface OpsMemory {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Reserves bytes for good, aligned to 16. */
  reserve(bytes: number): number;
}

/** The ops as one of the checked-in modules; undefined where this Node cannot run it. */
export function wasmOps(name: 'simd' | 'relaxed-simd', on: OpsMemory): Ops | undefined {
  const binary = readFileSync(join(SOURCES, `${name}.wasm`));
  // Node 20 keeps relaxed SIMD behind a flag.
  if (!WebAssembly.validate(binary)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (!WebAssembly.validate(binary)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), {
    env: { memory: on.memory },
  });
  // The stack grows down. Its own place would be at low addresses, which are the other module's.
  const stack = exports.__stack_pointer as { value: number };
  stack.value = on.reserve(STACK_BYTES) + STACK_BYTES;
  return exports as unknown as Ops;
}

/** The ops compiled for this machine's processor; undefined where they have not been built. */
export function nativeOps(name: 'avx512' | 'avx2' | 'neon', on: OpsMemory): Ops | undefined {
  const path = source.addonPath();
  if (!existsSync(path)) return undefined;
  const addon = require(path) as Record<string, Ops & { useMemory(buffer: ArrayBuffer): void }>;
  const ops = addon[name];
  if (ops === undefined) return undefined;
  // Growing moves the memory.
  let seen: ArrayBuffer | undefined;
  const followed = Object.entries(ops).map(([name, op]) => [
    name,
    (...args: number[]) => {
      if (on.memory.buffer !== seen) {
        seen = on.memory.buffer;
        ops.useMemory(seen);
      }
      return (op as Op)(...args);
    },
  ]);
  return Object.fromEntries(followed) as Ops;
}
