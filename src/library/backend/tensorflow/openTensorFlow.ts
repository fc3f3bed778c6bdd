import { existsSync } from 'node:fs';
import util from 'node:util';
import { Absent } from '../absent';
import * as tf from '../tf';

/** The parts of tfjs-node's backend that are used here. */
interface TensorFlowBackend extends tf.KernelBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isGPUPackage: boolean;
  readonly isUsingGpuDevice: boolean;
}

/** Where Linux and its guest in Windows show that the driver of an NVIDIA card runs. */
const GPU_DRIVERS = ['/dev/nvidiactl', '/usr/lib/wsl/lib/libcuda.so.1'];

/** Functions of Node that tfjs-node 4.22 calls and Node 23 removed. */
const REMOVED_FROM_NODE = {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
};

/**
 * Loads TensorFlow and makes it tfjs's backend.
 *
 * @throws Absent where the package is not installed, or where the machine has no GPU for it
 */
export async function openTensorFlow(device: 'cpu' | 'gpu'): Promise<void> {
  const gpu = device === 'gpu';
  const packageName = gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  assertInstalled(packageName);
  // To load TensorFlow takes seconds, and it complains on stderr where it finds no driver.
  if (gpu && process.platform === 'linux' && !GPU_DRIVERS.some((path) => existsSync(path)))
    throw new Absent('this machine has no driver of an NVIDIA GPU.');
  for (const [name, replacement] of Object.entries(REMOVED_FROM_NODE))
    (util as unknown as Record<string, unknown>)[name] ??= replacement;
  // Warnings and errors, without the remarks on its start.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  require(packageName);
  if (!(await tf.setBackend('tensorflow'))) throw new Error('TensorFlow could not start.');
  const { isGPUPackage, isUsingGpuDevice } = tensorFlow();
  if (gpu !== isGPUPackage)
    throw new Error('the other package of TensorFlow runs in this process: start a new one.');
  if (gpu && !isUsingGpuDevice) throw new Error('TensorFlow finds no GPU.');
}

/** Version of TensorFlow's own library, which decides how it rounds. */
export const tensorFlowVersion = (): string => tensorFlow().binding.TF_Version;

const tensorFlow = () => tf.backend() as TensorFlowBackend;

function assertInstalled(packageName: string): void {
  let found: string;
  try {
    found = require.resolve(`${packageName}/package.json`);
  } catch {
    throw new Absent(`the package ${packageName} is not installed.`);
  }
  // Another package may stand under this name, as npm's overrides allow.
  const { name } = require(found) as { readonly name: string };
  if (name !== packageName)
    throw new Absent(`the package ${packageName} is not installed; ${name} is there for it.`);
}
