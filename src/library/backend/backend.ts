import { availableParallelism } from 'node:os';
import { BackendError } from 'selective-brain-damage-statistics';
import { checkOptions, type OptionRules, TEXT } from 'selective-brain-damage-statistics/internal';
import { Absent } from './absent';
import {
  type CompiledKernels,
  type KernelMemory,
  kernelsVersion,
  nativeKernels,
  wasmKernels,
} from './compiledKernels';
import { registerKernels } from './kernels/register';
import { probe } from './probe';
import { openTensorFlow, tensorFlowVersion } from './tensorflow/openTensorFlow';
import * as tf from './tf';
import './ops/mean';
import './ops/relu';

/**
 * All backends, by preference: TensorFlow on a GPU, this package's kernels as native code and as
 * WebAssembly, TensorFlow on the CPU, which is slower than both. Two run only when asked for:
 * `native-avx512-bf16`, whose convolutions multiply bf16 (8 bits of fraction) and sum float32, as PyTorch's
 * autocast to bf16 does, and `cpu`, tfjs's own in plain JavaScript.
 */
export const BACKEND_NAMES = [
  'tfjs-node-gpu',
  'native-avx512',
  'native-avx2',
  'native-neon',
  'wasm-relaxed-simd',
  'wasm-simd',
  'tfjs-node',
  'native-avx512-bf16',
  'cpu',
] as const;

/** The name of a backend. */
export type BackendName = (typeof BACKEND_NAMES)[number];

const ONLY_WHEN_ASKED_FOR: readonly BackendName[] = ['native-avx512-bf16', 'cpu'];

/** The backend that runs the models, as every result records it. */
export interface BackendInfo {
  /** One of {@link BACKEND_NAMES}. */
  readonly name: BackendName;
  /** The tfjs backend underneath: `tensorflow`, `wasm` or `cpu`. */
  readonly tfjsBackend: string;
  /** Version of tfjs. */
  readonly version: string;
  /** Hash of the source of our own kernels, where they run: other kernels may round differently. */
  readonly kernels?: string;
  /** Version of TensorFlow's library, where it runs: other versions round differently. */
  readonly tensorflow?: string;
}

const open: Record<BackendName, () => Promise<void>> = {
  'tfjs-node-gpu': () => openTensorFlow('gpu'),
  'native-avx512': openKernels((memory) => nativeKernels('avx512', memory)),
  'native-avx512-bf16': openKernels((memory) => nativeKernels('avx512bf16', memory)),
  'native-avx2': openKernels((memory) => nativeKernels('avx2', memory)),
  'native-neon': openKernels((memory) => nativeKernels('neon', memory)),
  'wasm-relaxed-simd': openKernels((memory) => wasmKernels('relaxed-simd', memory)),
  'wasm-simd': openKernels((memory) => wasmKernels('simd', memory)),
  'tfjs-node': () => openTensorFlow('cpu'),
  cpu: () => setBackend('cpu'),
};

/** Options of {@link useBackend}. */
export interface UseBackendOptions {
  /**
   * The backend to use. Default: the current one, else what the environment variable `SBD_BACKEND`
   * names, else the first of {@link BACKEND_NAMES} that loads.
   */
  readonly backend?: BackendName;
}

const rules: OptionRules<UseBackendOptions> = { backend: TEXT };

let current: BackendInfo | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Chooses the backend that runs the models and makes it tfjs's; a second call changes nothing unless
 * it names another backend or other code has switched tfjs to another, as loading
 * `@tensorflow/tfjs-node` does. Each backend has to run a convolution and its gradients first; one that
 * is installed but cannot is skipped with one warning on stderr.
 *
 * @returns the backend that runs now
 * @throws BackendError where the backend asked for is unknown or cannot load; the previous one stays
 * @throws OptionError for a wrong option
 */
export async function useBackend(options: UseBackendOptions = {}): Promise<BackendInfo> {
  checkOptions('useBackend', options, rules);
  const turn = queue.then(() => choose(options.backend));
  queue = turn.catch(() => {});
  return turn;
}

/** The number of processes that share a backend well: one per core, but one where a GPU computes. */
export function defaultProcesses({ name }: BackendInfo): number {
  return name === 'tfjs-node-gpu' ? 1 : availableParallelism();
}

async function choose(backend: BackendName | undefined): Promise<BackendInfo> {
  const wanted = backend ?? (current ? current.name : process.env.SBD_BACKEND || undefined);
  if (current && wanted === current.name) {
    if (tf.getBackend() !== current.tfjsBackend) await open[current.name]();
    return current;
  }
  try {
    current = wanted === undefined ? await firstThatLoads() : await load(wanted);
  } catch (error) {
    if (current) await open[current.name]();
    throw error;
  }
  return current;
}

async function firstThatLoads(): Promise<BackendInfo> {
  for (const name of BACKEND_NAMES) {
    if (ONLY_WHEN_ASKED_FOR.includes(name)) continue;
    try {
      return await start(name);
    } catch (error) {
      if (!(error instanceof Absent))
        console.warn(
          `${name} is installed but cannot run, trying the next backend: ${reason(error)}`,
        );
    }
  }
  throw new BackendError('No backend loads on this machine, not even WebAssembly.');
}

async function load(name: string): Promise<BackendInfo> {
  const valid = `Valid names: ${BACKEND_NAMES.join(', ')}.`;
  if (!isBackendName(name))
    throw new BackendError(`There is no backend ${JSON.stringify(name)}. ${valid}`, {
      option: 'backend',
      value: name,
    });
  try {
    return await start(name);
  } catch (error) {
    throw new BackendError(`The backend ${name} cannot load: ${reason(error)} ${valid}`, {
      cause: error,
      option: 'backend',
      value: name,
    });
  }
}

async function start(name: BackendName): Promise<BackendInfo> {
  await open[name]();
  probe();
  const tfjsBackend = tf.getBackend();
  return {
    name,
    tfjsBackend,
    version: tf.version_core,
    ...(tfjsBackend === 'wasm' && { kernels: kernelsVersion() }),
    ...(tfjsBackend === 'tensorflow' && { tensorflow: tensorFlowVersion() }),
  };
}

/** Opens tfjs's WebAssembly backend with one build of our kernels, which is loaded once. */
function openKernels(
  load: (memory: KernelMemory) => CompiledKernels | undefined,
): () => Promise<void> {
  let kernels: CompiledKernels | undefined;
  return async () => {
    await import('@tensorflow/tfjs-backend-wasm');
    await setBackend('wasm');
    const arena = registerKernels();
    kernels ??= load(arena);
    if (kernels === undefined) throw new Absent('this machine has no build of the kernels for it.');
    arena.compiled = kernels;
  };
}

async function setBackend(name: string): Promise<void> {
  if (!(await tf.setBackend(name)))
    throw new Error(`tfjs could not initialise its backend ${name}.`);
}

function isBackendName(name: string): name is BackendName {
  return (BACKEND_NAMES as readonly string[]).includes(name);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}
