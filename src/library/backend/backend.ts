import { availableParallelism } from 'node:os';
import { BackendError } from 'selective-brain-damage-statistics';
import * as tf from './tf';
import './ops/mean';
import './ops/relu';
import type { OpsMemory } from './wasm/ops';
import { nativeOps, type Ops, opsVersion, wasmOps } from './wasm/ops';
import { registerKernels } from './wasm/register';

/** What can run the models, in the order of preference; `cpu` runs only when asked for by name. */
export const ENGINE_NAMES = [
  'tfjs-node-gpu',
  'tfjs-node',
  'native-avx512',
  'native-avx2',
  'native-neon',
  'wasm-relaxed-simd',
  'wasm-simd',
  'cpu',
] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

/** The engine that runs, as it is recorded in every result. */
export interface EngineInfo {
  readonly name: EngineName;
  /** The tfjs backend underneath: `tensorflow`, `wasm` or `cpu`. */
  readonly backend: string;
  /** Version of tfjs. */
  readonly version: string;
  /** Hash of the source of the ops, where they are our own: other ops may round otherwise. */
  readonly ops?: string;
}

/** An engine that this machine does not have: passed over in silence. */
class Absent extends Error {}

const open: Record<EngineName, () => Promise<void>> = {
  'tfjs-node-gpu': () => openTensorFlow('@tensorflow/tfjs-node-gpu', true),
  'tfjs-node': () => openTensorFlow('@tensorflow/tfjs-node', false),
  'native-avx512': openOps((memory) => nativeOps('avx512', memory)),
  'native-avx2': openOps((memory) => nativeOps('avx2', memory)),
  'native-neon': openOps((memory) => nativeOps('neon', memory)),
  'wasm-relaxed-simd': openOps((memory) => wasmOps('relaxed-simd', memory)),
  'wasm-simd': openOps((memory) => wasmOps('simd', memory)),
  cpu: () => setBackend('cpu'),
};

let current: EngineInfo | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Picks what runs the models and makes it tfjs's backend; a second call changes nothing unless it
 * names another engine. An engine that is installed and cannot load is passed over with one
 * warning on stderr.
 *
 * @param options.engine the one engine to take; default: the environment variable `SBD_ENGINE`,
 *   else the first of {@link ENGINE_NAMES} that loads
 * @throws BackendError where the engine asked for is unknown or cannot load; the one that ran before
 *   then goes on
 */
export function useEngine(options: { engine?: EngineName } = {}): Promise<EngineInfo> {
  const turn = queue.then(() => choose(options.engine));
  queue = turn.catch(() => {});
  return turn;
}

/** How many processes share an engine well: one per core, and one where a GPU does the work. */
export function defaultProcesses({ name }: EngineInfo): number {
  return name === 'tfjs-node-gpu' ? 1 : availableParallelism();
}

async function choose(engine: EngineName | undefined): Promise<EngineInfo> {
  const wanted = engine ?? (current ? current.name : process.env.SBD_ENGINE || undefined);
  if (current && wanted === current.name) return current;
  try {
    current = wanted === undefined ? await firstThatLoads() : await load(wanted);
  } catch (error) {
    if (current) await open[current.name]();
    throw error;
  }
  return current;
}

async function firstThatLoads(): Promise<EngineInfo> {
  for (const name of ENGINE_NAMES) {
    if (name === 'cpu') continue;
    try {
      return await start(name);
    } catch (error) {
      if (!(error instanceof Absent))
        console.warn(
          `${name} is installed but cannot load, so the next engine is tried: ${reason(error)}`,
        );
    }
  }
  throw new BackendError('No engine loads on this machine, not even WebAssembly.');
}

async function load(name: string): Promise<EngineInfo> {
  const valid = `Valid names: ${ENGINE_NAMES.join(', ')}.`;
  if (!isEngineName(name))
    throw new BackendError(`There is no engine ${JSON.stringify(name)}. ${valid}`);
  try {
    return await start(name);
  } catch (error) {
    throw new BackendError(`The engine ${name} cannot load: ${reason(error)} ${valid}`, {
      cause: error,
    });
  }
}

async function start(name: EngineName): Promise<EngineInfo> {
  await open[name]();
  const backend = tf.getBackend();
  return {
    name,
    backend,
    version: tf.version_core,
    ...(backend === 'wasm' && { ops: opsVersion() }),
  };
}

async function openTensorFlow(packageName: string, gpu: boolean): Promise<void> {
  try {
    require.resolve(packageName);
  } catch {
    throw new Absent(`the package ${packageName} is not installed.`);
  }
  // Another package may stand under this name, as npm's overrides allow.
  const { name } = require(`${packageName}/package.json`) as { readonly name: string };
  if (name !== packageName)
    throw new Absent(`the package ${packageName} is not installed; ${name} is there for it.`);
  require(packageName);
  await setBackend('tensorflow');
  const backend = tf.backend() as tf.KernelBackend & { isUsingGpuDevice?: boolean };
  if (gpu && !backend.isUsingGpuDevice) throw new Error('it finds no GPU.');
}

/** Opens tfjs's WebAssembly backend with one build of our ops, which is loaded once. */
function openOps(load: (memory: OpsMemory) => Ops | undefined): () => Promise<void> {
  let ops: Ops | undefined;
  return async () => {
    await import('@tensorflow/tfjs-backend-wasm');
    await setBackend('wasm');
    const machine = registerKernels();
    ops ??= load(machine);
    if (ops === undefined) throw new Absent('this machine has no build of the ops for it.');
    machine.ops = ops;
  };
}

async function setBackend(name: string): Promise<void> {
  if (!(await tf.setBackend(name)))
    throw new Error(`tfjs could not initialise its backend ${name}.`);
}

function isEngineName(name: string): name is EngineName {
  return (ENGINE_NAMES as readonly string[]).includes(name);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}
