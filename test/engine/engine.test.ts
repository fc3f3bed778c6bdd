import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { type EngineName, useEngine } from '../../src/engine/engine';
import { EngineError } from '../../src/errors';

test('the first engine that loads is taken, and kept', async () => {
  const engine = await useEngine();
  assert.notEqual(engine.name, 'cpu');
  assert.equal(engine.backend, tf.getBackend());
  assert.equal(engine.version, tf.version.tfjs);
  assert.equal(await useEngine(), engine);
});

test('an engine is taken by name', async () => {
  assert.equal((await useEngine({ engine: 'cpu' })).name, 'cpu');
  assert.equal(tf.getBackend(), 'cpu');
  assert.equal((await useEngine()).name, 'cpu');
});

test('an unknown engine is an error that lists the known ones', async () => {
  await assert.rejects(useEngine({ engine: 'abacus' as EngineName }), (error: Error) => {
    assert.ok(error instanceof EngineError);
    assert.match(error.message, /"abacus".*wasm-simd.*cpu/);
    return true;
  });
});

test('an engine that is asked for and not installed is an error that says so', async () => {
  await assert.rejects(useEngine({ engine: 'tfjs-node' }), (error: Error) => {
    assert.ok(error instanceof EngineError);
    assert.match(error.message, /tfjs-node.*not installed.*Valid names/);
    return true;
  });
});
