import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EngineName, useEngine } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { BackendError } from '#statistics/errors';

test('the first engine that loads is taken, and kept', async () => {
  const engine = await useEngine();
  assert.notEqual(engine.name, 'cpu');
  assert.equal(engine.backend, tf.getBackend());
  assert.equal(engine.version, tf.version_core);
  assert.equal(await useEngine(), engine);
});

test('an engine is taken by name', async () => {
  assert.equal((await useEngine({ engine: 'cpu' })).name, 'cpu');
  assert.equal(tf.getBackend(), 'cpu');
  assert.equal((await useEngine()).name, 'cpu');
  assert.equal((await useEngine()).ops, undefined);
  assert.match((await useEngine({ engine: 'wasm-simd' })).ops!, /^[0-9a-f]{12}$/);
});

test('an unknown engine is an error that lists the known ones', async () => {
  await assert.rejects(useEngine({ engine: 'abacus' as EngineName }), (error: Error) => {
    assert.ok(error instanceof BackendError);
    assert.match(error.message, /"abacus".*wasm-simd.*cpu/);
    return true;
  });
});

test('an engine that is asked for and not installed is an error that says so', async () => {
  await assert.rejects(useEngine({ engine: 'tfjs-node' }), (error: Error) => {
    assert.ok(error instanceof BackendError);
    assert.match(error.message, /tfjs-node.*not installed.*Valid names/);
    return true;
  });
});

test('after a failure the engine that ran before goes on', async () => {
  const before = await useEngine({ engine: 'wasm-simd' });
  await assert.rejects(useEngine({ engine: 'tfjs-node' }));
  assert.deepEqual(await useEngine(), before);
  assert.equal(tf.getBackend(), 'wasm');
});

/** Prints the engine's name in a process of its own. */
function engineOf(
  env: Record<string, string>,
  ...args: string[]
): { stdout: string; stderr: string } {
  const script = `require(${JSON.stringify(require.resolve('#library/backend/backend'))})
    .useEngine().then((engine) => console.log(engine.name), (error) => console.log(error.message))`;
  return spawnSync(process.execPath, [...args, '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, SBD_ENGINE: '', ...env },
  });
}

test('the environment variable names the engine', () => {
  assert.match(engineOf({ SBD_ENGINE: 'wasm-simd' }).stdout, /^wasm-simd$/m);
  assert.match(engineOf({ SBD_ENGINE: 'gpu' }).stdout, /no engine "gpu".*wasm-simd/);
});

test('an engine that is installed and cannot load is passed over with one warning', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
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
  const { stdout, stderr } = engineOf({}, '--require', preload);
  assert.match(stdout, /^(native|wasm)-/m);
  assert.equal(stderr.match(/tfjs-node-gpu.*cannot load.*libtensorflow is missing/g)?.length, 1);
});
