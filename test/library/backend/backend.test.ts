import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BackendName, useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { BackendError } from '#statistics/errors';

test('the first backend that loads is taken, and kept', async () => {
  const backend = await useBackend();
  assert.notEqual(backend.name, 'cpu');
  assert.equal(backend.tfjsBackend, tf.getBackend());
  assert.equal(backend.version, tf.version_core);
  assert.equal(await useBackend(), backend);
});

test('a backend is taken by name', async () => {
  assert.equal((await useBackend({ backend: 'cpu' })).name, 'cpu');
  assert.equal(tf.getBackend(), 'cpu');
  assert.equal((await useBackend()).name, 'cpu');
  assert.equal((await useBackend()).kernels, undefined);
  assert.match((await useBackend({ backend: 'wasm-simd' })).kernels!, /^[0-9a-f]{12}$/);
});

test('an unknown backend is an error that lists the known ones', async () => {
  await assert.rejects(useBackend({ backend: 'abacus' as BackendName }), (error: Error) => {
    assert.ok(error instanceof BackendError);
    assert.match(error.message, /"abacus".*wasm-simd.*cpu/);
    return true;
  });
});

test('a backend that is asked for and not installed is an error that says so', async () => {
  await assert.rejects(useBackend({ backend: 'tfjs-node' }), (error: Error) => {
    assert.ok(error instanceof BackendError);
    assert.match(error.message, /tfjs-node.*not installed.*Valid names/);
    return true;
  });
});

test('after a failure the backend that ran before goes on', async () => {
  const before = await useBackend({ backend: 'wasm-simd' });
  await assert.rejects(useBackend({ backend: 'tfjs-node' }));
  assert.deepEqual(await useBackend(), before);
  assert.equal(tf.getBackend(), 'wasm');
});

/** Prints the backend's name in a process of its own. */
function backendOf(
  env: Record<string, string>,
  ...args: string[]
): { stdout: string; stderr: string } {
  const script = `require(${JSON.stringify(require.resolve('#library/backend/backend'))})
    .useBackend().then((backend) => console.log(backend.name), (error) => console.log(error.message))`;
  return spawnSync(process.execPath, [...args, '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, SBD_BACKEND: '', ...env },
  });
}

test('the environment variable names the backend', () => {
  assert.match(backendOf({ SBD_BACKEND: 'wasm-simd' }).stdout, /^wasm-simd$/m);
  assert.match(backendOf({ SBD_BACKEND: 'gpu' }).stdout, /no backend "gpu".*wasm-simd/);
});

test('a backend that is installed and cannot load is passed over with one warning', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'backend-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const broken = join(folder, 'tfjs-node-gpu');
  mkdirSync(broken);
  writeFileSync(join(broken, 'index.js'), "throw new Error('libtensorflow is missing')");
  writeFileSync(join(broken, 'package.json'), '{ "name": "@tensorflow/tfjs-node-gpu" }');
  // In front of what this machine may have under the same name.
  const preload = join(folder, 'preload.js');
  writeFileSync(
    preload,
    `const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = (name, ...rest) =>
      resolve(name.replace('@tensorflow/tfjs-node-gpu', ${JSON.stringify(broken)}), ...rest);`,
  );
  const { stdout, stderr } = backendOf({}, '--require', preload);
  assert.match(stdout, /^(native|wasm)-/m);
  assert.equal(stderr.match(/tfjs-node-gpu.*cannot load.*libtensorflow is missing/g)?.length, 1);
});
