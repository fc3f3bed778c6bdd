import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a fake of a TensorFlow package does. */
export interface FakeTensorFlow {
  /** The package whose place it takes. */
  readonly replaces: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';
  /** Its own name. Default: that of the package it replaces. */
  readonly name?: string;
  /** Code that runs when the package loads, after its backend `tensorflow` is tfjs's. */
  readonly code?: string;
  /** Whether the driver of a GPU seems to be there. Default true. */
  readonly driver?: boolean;
}

/**
 * Makes a module that puts a package in the place of TensorFlow's, in front of what this machine may have:
 * tfjs's cpu backend under the name `tensorflow`, with the properties of tfjs-node's that are read.
 *
 * @returns the folder it is in, to be removed, and the arguments of Node that load it first
 */
export function fakeTensorFlow(fake: FakeTensorFlow): { folder: string; args: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'tensorflow-'));
  const { replaces, name = replaces, code = '', driver = true } = fake;
  const gpu = replaces.endsWith('-gpu');
  const root = join(folder, 'fake');
  mkdirSync(root);
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
  writeFileSync(
    join(root, 'index.js'),
    `const tf = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-core'))});
    const { MathBackendCPU } = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-backend-cpu'))});
    module.exports = tf;
    class Fake extends MathBackendCPU {
      firstUse = false; // no advice to install tfjs-node
      binding = { TF_Version: '2.0.0' };
      isGPUPackage = ${gpu};
      isUsingGpuDevice = ${gpu};
    }
    tf.registerBackend('tensorflow', () => new Fake());
    tf.copyRegisteredKernels('cpu', 'tensorflow');
    tf.setBackend('tensorflow');
    ${code}`,
  );
  const preload = join(folder, 'preload.js');
  writeFileSync(
    preload,
    `const fs = require('node:fs');
    const Module = require('node:module');
    const { existsSync } = fs;
    fs.existsSync = (path) => String(path) === '/dev/nvidiactl' ? ${driver} : existsSync(path);
    const resolve = Module._resolveFilename;
    const name = ${JSON.stringify(replaces)};
    Module._resolveFilename = (request, ...rest) =>
      resolve(
        request === name || request.startsWith(name + '/')
          ? request.replace(name, ${JSON.stringify(root)})
          : request,
        ...rest,
      );`,
  );
  return { folder, args: ['--require', preload] };
}
