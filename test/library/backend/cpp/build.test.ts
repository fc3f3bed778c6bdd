import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const SOURCES = join(__dirname, '../../../../../src/library/backend/cpp');

test('the WebAssembly modules are those of the sources', (t) => {
  const { buildWasm } = require(join(SOURCES, 'build.js')) as { buildWasm(folder: string): void };
  const folder = mkdtempSync(join(tmpdir(), 'ops-'));
  t.after(() => rmSync(folder, { recursive: true }));
  try {
    buildWasm(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return t.skip('no compiler for WebAssembly: clang++-19 is not installed');
  }
  for (const name of ['simd.wasm', 'relaxed-simd.wasm']) {
    const [built, kept] = [folder, SOURCES].map((path) => readFileSync(join(path, name)));
    const compilers = [built, kept].map((module) => producer(module!));
    if (compilers[0] !== compilers[1])
      return t.skip(`${name} was built by ${compilers[1]}, and here is ${compilers[0]}`);
    assert.ok(
      built!.equals(kept!),
      `${name} must be built anew: node src/library/backend/cpp/build.js wasm`,
    );
  }
});

/** The compiler that a module names in its section `producers`. */
function producer(module: Buffer): string | undefined {
  return /clang version [ -~]*/.exec(module.toString('latin1'))?.[0];
}
