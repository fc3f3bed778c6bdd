import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type BackendInfo, type BackendName, useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { BackendError } from '#statistics/errors';
import { type FakeTensorFlow, fakeTensorFlow } from './fakeTensorFlow';

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

test('after a failure the backend that ran before goes on', async () => {
  const before = await useBackend({ backend: 'wasm-simd' });
  await assert.rejects(useBackend({ backend: 'abacus' as BackendName }));
  assert.deepEqual(await useBackend(), before);
  assert.equal(tf.getBackend(), 'wasm');
});

test('where other code has switched tfjs, the next cell takes the chosen backend back', async () => {
  const { kernels } = await useBackend({ backend: 'wasm-simd' });
  await tf.setBackend('cpu');
  assert.equal((await useBackend()).kernels, kernels);
  assert.equal(tf.getBackend(), 'wasm');
});

/** Runs code in a process of its own, after `await useBackend()`, whose answer is `backend`. */
function after(code: string, env: Record<string, string>, ...args: string[]) {
  const script = `const { useBackend } = require(${JSON.stringify(require.resolve('#library/backend/backend'))});
    const tf = require(${JSON.stringify(require.resolve('#library/backend/tf'))});
    useBackend().then(async (backend) => { ${code} }).catch((error) => console.log(error.message))`;
  return spawnSync(process.execPath, [...args, '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, SBD_BACKEND: '', ...env },
  });
}

/** Prints the chosen backend. */
const chosen = (env: Record<string, string>, ...args: string[]) =>
  after('console.log(JSON.stringify(backend))', env, ...args);

/** The same with a fake of TensorFlow in place. */
function withFake(t: TestContext, fake: FakeTensorFlow, backend = '') {
  const { folder, args } = fakeTensorFlow(fake);
  t.after(() => rmSync(folder, { recursive: true }));
  return chosen({ SBD_BACKEND: backend }, ...args);
}

test('the environment variable names the backend', () => {
  assert.match(chosen({ SBD_BACKEND: 'wasm-simd' }).stdout, /^{"name":"wasm-simd"/m);
  assert.match(chosen({ SBD_BACKEND: 'gpu' }).stdout, /no backend "gpu".*wasm-simd/);
});

const GPU = '@tensorflow/tfjs-node-gpu';
const CPU = '@tensorflow/tfjs-node';

test('TensorFlow on a GPU comes first, and its version is recorded', (t) => {
  const { stdout, stderr } = withFake(t, { replaces: GPU });
  const { name, tfjsBackend, tensorflow } = JSON.parse(stdout) as BackendInfo;
  assert.deepEqual([name, tfjsBackend, tensorflow], ['tfjs-node-gpu', 'tensorflow', '2.0.0']);
  assert.equal(stderr, '');
});

test('TensorFlow on the CPU does not come before native and WebAssembly', (t) => {
  const { stdout, stderr } = withFake(t, { replaces: CPU, driver: false });
  assert.match(stdout, /^{"name":"(native|wasm)-/);
  assert.equal(stderr, '');
  const named = withFake(t, { replaces: CPU }, 'tfjs-node');
  assert.match(named.stdout, /^{"name":"tfjs-node",.*"tensorflow":"2.0.0"/);
});

test('where there is no GPU, its TensorFlow is passed over in silence, without loading it', (t) => {
  const code = "throw new Error('loaded')";
  const { stdout, stderr } = withFake(t, { replaces: GPU, driver: false, code });
  assert.match(stdout, /^{"name":"(native|wasm)-/);
  assert.equal(stderr, '');
  const named = withFake(t, { replaces: GPU, driver: false }, 'tfjs-node-gpu');
  assert.match(named.stdout, /tfjs-node-gpu cannot load.*no driver of an NVIDIA GPU.*Valid names/);
});

test('a backend that is installed and cannot load is passed over with one warning', (t) => {
  const code = "throw new Error('libtensorflow is missing')";
  const { stdout, stderr } = withFake(t, { replaces: GPU, code });
  assert.match(stdout, /^{"name":"(native|wasm)-/);
  assert.equal(stderr.match(/tfjs-node-gpu.*cannot run.*libtensorflow is missing/g)?.length, 1);
});

test('a backend that loads and cannot train is passed over with the reason', (t) => {
  const noGradient = "tf.unregisterKernel('Conv2DBackpropFilter', 'tensorflow');";
  const missing = withFake(t, { replaces: GPU, code: noGradient });
  assert.match(missing.stdout, /^{"name":"(native|wasm)-/);
  assert.match(missing.stderr, /tfjs-node-gpu.*cannot train.*Conv2DBackpropFilter/);
  const zero = `${noGradient}
    tf.registerKernel({
      kernelName: 'Conv2DBackpropFilter',
      backendName: 'tensorflow',
      kernelFunc: ({ attrs: { filterShape: shape }, backend }) => ({
        ...backend.makeTensorInfo(shape, 'float32', new Float32Array(tf.util.sizeFromShape(shape))),
      }),
    });`;
  const wrong = withFake(t, { replaces: GPU, code: zero });
  assert.match(wrong.stdout, /^{"name":"(native|wasm)-/);
  assert.match(wrong.stderr, /tfjs-node-gpu.*cannot train.*\[0,0,0,0\].*instead of.*\[1,2,3,4\]/);
});

test('functions that Node 23 removed and tfjs-node calls are there for it', (t) => {
  const code = `const util = require('util');
    const { kernelFunc } = tf.getKernel('Conv2D', 'tensorflow');
    tf.unregisterKernel('Conv2D', 'tensorflow');
    tf.registerKernel({
      kernelName: 'Conv2D',
      backendName: 'tensorflow',
      kernelFunc: (params) => {
        if (util.isNullOrUndefined(params) || !util.isNullOrUndefined(null)) throw new Error();
        if (util.isArray(params) || !util.isArray([])) throw new Error();
        return kernelFunc(params);
      },
    });`;
  const { folder, args } = fakeTensorFlow({ replaces: GPU, code });
  t.after(() => rmSync(folder, { recursive: true }));
  const removed = join(folder, 'removed.js');
  writeFileSync(
    removed,
    "delete require('util').isArray; delete require('util').isNullOrUndefined;",
  );
  assert.match(chosen({}, '--require', removed, ...args).stdout, /^{"name":"tfjs-node-gpu"/);
});

test('another package under the name of TensorFlow is not taken for it', (t) => {
  const { stdout } = withFake(t, { replaces: CPU, name: 'stand-in' }, 'tfjs-node');
  assert.match(stdout, /tfjs-node is not installed; stand-in is there for it.*Valid names/);
});

for (const what of ['the bundled danfo', 'danfojs-node'])
  test(`loading ${what} beside TensorFlow leaves the chosen backend`, (t) => {
    const { folder, args } = fakeTensorFlow({ replaces: CPU, driver: false });
    t.after(() => rmSync(folder, { recursive: true }));
    const danfo = require.resolve(what === 'danfojs-node' ? what : '#library/index');
    const { stdout } = after(
      `const danfo = require(${JSON.stringify(danfo)});
      const { DataFrame } = danfo.DataFrame ? danfo : danfo.dfd;
      new DataFrame([[1, 2]]).tensor.dispose();
      const before = tf.getBackend();
      const again = await useBackend();
      console.log(JSON.stringify([before, tf.getBackend(), again, backend]));`,
      {},
      ...args,
    );
    const [before, now, again, first] = JSON.parse(stdout) as [string, string, object, object];
    // danfojs-node loads TensorFlow, which switches tfjs; the next cell switches back.
    assert.equal(before, what === 'danfojs-node' ? 'tensorflow' : 'wasm');
    assert.equal(now, 'wasm');
    assert.deepEqual(again, first);
  });
