import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBackend } from '#library/backend/backend';
import type { WasmBackend } from '#library/backend/kernels/arena';
import * as tf from '#library/backend/tf';

// In a file of its own, since the ops have to be the first that a process runs.
test('an op that needs no scratch memory gives its result before any was reserved', async () => {
  await useBackend({ backend: 'wasm-simd' });
  // Whatever is written nowhere is NaN.
  for (let i = 0; i < 20; i++) tf.fill([i + 1], Number.NaN).dispose();
  const column = tf.tensor([1, 2, 3], [3, 1]);
  const squares = tf.fused.matMul({ a: column, b: column, transposeA: true });
  assert.deepEqual([...squares.dataSync()], [14]);
  const images = tf.tensor([1, 2, 3, 4], [1, 2, 2, 1]);
  const filter = tf.tensor([5], [1, 1, 1, 1]);
  const gradient = tf.grad((f) => tf.conv2d(images as tf.Tensor4D, f as tf.Tensor4D, 1, 'same'));
  assert.deepEqual([...gradient(filter).dataSync()], [10]);
});

test('tensors begin at lines of the cache, and what they leave is used again', async () => {
  await useBackend({ backend: 'wasm-simd' });
  const backend = tf.backend() as WasmBackend;
  const bytes = () => backend.wasm.asm.memory.buffer.byteLength;
  const once = () => {
    for (const size of [1, 3, 16, 1001, 250_000]) {
      const tensor = tf.fill([size], 1);
      assert.equal(backend.dataIdMap.get(tensor.dataId).memoryOffset % 64, 0, `${size} floats`);
      tensor.dispose();
    }
  };
  once();
  const before = bytes();
  for (let i = 0; i < 200; i++) once();
  assert.equal(bytes(), before);
});
