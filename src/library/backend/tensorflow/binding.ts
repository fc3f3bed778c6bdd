import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorFlowLibrary } from './library';
import { runProgram } from './runProgram';

const { include_dir: nodeHeaders } = require('node-api-headers') as {
  readonly include_dir: string;
};

/** Where tfjs-node's own installation puts the two, in its package. */
const BINDING = 'lib/napi-v8';
const LIBRARIES = 'deps/lib';

/**
 * Compiles tfjs-node's binding against a library, which stays where it is, linked from the package.
 *
 * @param root the folder of the package tfjs-node or tfjs-node-gpu
 * @throws BackendError where there is no C++ compiler, or the library does not fit
 */
export function compileBinding(root: string, library: TensorFlowLibrary): void {
  for (const folder of [BINDING, LIBRARIES])
    rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, BINDING), { recursive: true });
  mkdirSync(join(root, LIBRARIES, '..'), { recursive: true });
  symlinkSync(library.folder, join(root, LIBRARIES));
  runProgram(
    process.env.CXX ?? 'c++',
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...[root, library.include, nodeHeaders].map((folder) => `-I${folder}`),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(root, 'binding', file)),
      `-L${join(root, LIBRARIES)}`,
      ...library.files.map((file) => `-l:${file}`),
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
      ...['-o', join(root, BINDING, 'tfjs_binding.node')],
    ],
    'The binding needs a C++ compiler (CXX names another than c++).',
  );
}
