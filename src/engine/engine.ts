import * as tf from '@tensorflow/tfjs';
import { EngineError } from '../errors';
import './ops/relu';
import type { OpsMemory } from './wasm/ops';
import { nativeOps, type Ops, wasmOps } from './wasm/ops';
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
}

/** An engine that this machine does not have: passed over in silence. */
class Absent extends Error {}

const open: Record<EngineName, () => Promise<void>> = {
  'tfjs-node-gpu': () => openTensorFlow('@tensorflow/tfjs-node-gpu', true),
  'tfjs-node': () => openTensorFlow('@tensorflow/tfjs-node', false),
  'native-avx512': () => openOps((memory) => nativeOps('avx512', memory)),
  'native-avx2': () => openOps((memory) => nativeOps('avx2', memory)),
  'native-neon': () => openOps((memory) => nativeOps('neon', memory)),
  'wasm-relaxed-simd': () => openOps((memory) => wasmOps('relaxed-simd', memory)),
  'wasm-simd': () => openOps((memory) => wasmOps('simd', memory)),
  cpu: () => setBackend('cpu'),
};

let current: EngineInfo | undefined;

/**
 * Picks what runs the models and makes it tfjs's backend; a second call changes nothing unless it
 * names another engine. An engine that is installed and cannot load is passed over with one
 * warning on stderr.
 *
 * @param options.engine the one engine to take; default: the environment variable `SBD_ENGINE`,
 *   else the first of {@link ENGINE_NAMES} that loads
 * @throws EngineError where the engine asked for is unknown or cannot load
 */
export async function useEngine(options: { engine?: EngineName } = {}): Promise<EngineInfo> {
  const wanted = options.engine ?? (current ? current.name : process.env.SBD_ENGINE || undefined);
  if (current && wanted === current.name) return current;
  current = wanted === undefined ? await firstThatLoads() : await load(wanted);
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
  throw new EngineError('No engine loads on this machine, not even WebAssembly.');
}

async function load(name: string): Promise<EngineInfo> {
  const valid = `Valid names: ${ENGINE_NAMES.join(', ')}.`;
  if (!isEngineName(name))
    throw new EngineError(`There is no engine ${JSON.stringify(name)}. ${valid}`);
  try {
    return await start(name);
  } catch (error) {
    throw new EngineError(`The engine ${name} cannot load: ${reason(error)} ${valid}`, {
      cause: error,
    });
  }
}

async function start(name: EngineName): Promise<EngineInfo> {
  await open[name]();
  return { name, backend: tf.getBackend(), version: tf.version.tfjs };
}

async function openTensorFlow(packageName: string, gpu: boolean): Promise<void> {
  try {
    require.resolve(packageName);
  } catch {
    throw new Absent(`the package ${packageName} is not installed.`);
  }
  await import(packageName);
  // Our stand-in of the same name (see tfjs-node/package.json) registers no backend.
  const backend = tf.findBackend('tensorflow') as
    | (tf.KernelBackend & { isUsingGpuDevice?: boolean })
    | null;
  if (backend === null)
    throw new Absent(`the package ${packageName} is not installed, only its stand-in.`);
  if (gpu && !backend.isUsingGpuDevice) throw new Error('it finds no GPU.');
  await setBackend('tensorflow');
}

/** tfjs's WebAssembly backend, with one build of our ops on its memory. */
async function openOps(load: (memory: OpsMemory) => Ops | undefined): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm');
  await setBackend('wasm');
  const machine = registerKernels();
  const ops = load(machine);
  if (ops === undefined) throw new Absent('this machine has no build of the ops for it.');
  machine.ops = ops;
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
