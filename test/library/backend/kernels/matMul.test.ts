import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { type BackendName, useBackend } from '#library/backend/backend';
import { registerKernels } from '#library/backend/kernels/register';
import * as tf from '#library/backend/tf';
import { randomFrom } from '#statistics/random';
import {
  assertFiniteDifferences,
  assertPropagates,
  assertSameAsCpu,
  assertSameValueAsCpu,
  backends,
  type Computation,
  forShapes,
  normal,
} from '../compare';

const size = fc.integer({ min: 1, max: 40 });
const sizes = fc.tuple(size, size, size);
const product: Computation = (a, b) => tf.matMul(a, b!);

/**
 * A product of two matrices is one of two stacks of one matrix each. Only those go to our kernel, which
 * rounds otherwise than tfjs's own: it must not take more, or checked-in weights change.
 */
const stacked: Computation = (a, b) => tf.matMul(a.expandDims(0), b!.expandDims(0)).squeeze([0]);

let all: BackendName[];
before(async () => {
  all = await backends();
});

test('products of stacks of one matrix are those of our kernels, and plain ones are not', async () => {
  for (const backend of all.filter((name) => /^(native|wasm)-/.test(name))) {
    await useBackend({ backend });
    const arena = registerKernels();
    const { compiled } = arena;
    const calls: string[] = [];
    const counted = Object.entries(compiled).map(([name, kernel]) => [
      name,
      (...args: number[]) => {
        calls.push(name);
        return kernel(...args);
      },
    ]);
    arena.compiled = Object.fromEntries(counted) as typeof compiled;
    try {
      const used = (a: number[], b: number[], transposeA: boolean, transposeB: boolean) => {
        calls.length = 0;
        tf.tidy(() => tf.matMul(tf.ones(a), tf.ones(b), transposeA, transposeB).dataSync());
        return [...new Set(calls)];
      };
      assert.deepEqual(used([1, 2, 3], [1, 3, 4], false, false), ['conv2d']);
      assert.deepEqual(used([1, 2, 3], [1, 4, 3], false, true), ['conv2dInputGradient']);
      assert.deepEqual(used([1, 3, 2], [1, 3, 4], true, false), ['conv2dFilterGradient']);
      assert.deepEqual(used([2, 3], [3, 4], false, false), []);
      assert.deepEqual(used([2, 2, 3], [2, 3, 4], false, false), []);
    } finally {
      arena.compiled = compiled;
    }
  }
});

test('matrix products and their gradients are those of the cpu backend', () =>
  forShapes(sizes, 30, async ([rows, inner, columns], random) => {
    const matrices = [normal([rows, inner], random), normal([inner, columns], random)];
    for (const computation of [product, stacked])
      await assertSameAsCpu(all, computation, matrices, random);
  }));

test('gradients of a matrix product agree with finite differences', () =>
  forShapes(sizes, 10, async ([rows, inner, columns], random) => {
    const matrices = [normal([rows, inner], random), normal([inner, columns], random)];
    for (const computation of [product, stacked])
      await assertFiniteDifferences(all, computation, matrices, random);
  }));

test('NaN and infinity go through a matrix product', () =>
  forShapes(sizes, 8, async ([rows, inner, columns], random) => {
    const matrices = [normal([rows, inner], random), normal([inner, columns], random)];
    for (const computation of [product, stacked])
      await assertPropagates(all, computation, matrices, random);
  }));

test('either matrix may be transposed, or both, or stacked', () =>
  forShapes(sizes, 10, async ([rows, inner, columns], random) => {
    for (const batch of [[], [1], [2]])
      for (const transposeA of [false, true])
        for (const transposeB of [false, true])
          await assertSameValueAsCpu(all, (a, b) => tf.matMul(a, b!, transposeA, transposeB), [
            normal([...batch, ...(transposeA ? [inner, rows] : [rows, inner])], random),
            normal([...batch, ...(transposeB ? [columns, inner] : [inner, columns])], random),
          ]);
  }));

test('a dense layer with a bias and a ReLU is that of the cpu backend', () =>
  forShapes(sizes, 10, async ([rows, inner, columns], random) => {
    const dense: Computation = (a, b, bias) =>
      tf.fused.matMul({ a, b: b!, bias: bias!, activation: 'relu' });
    const inputs = [[rows, inner], [inner, columns], [columns]].map((shape) =>
      normal(shape, random),
    );
    await assertSameValueAsCpu(all, dense, inputs);
    await assertSameAsCpu(all, dense, inputs, random);
  }));

test('a matrix without rows or columns gives sums of nothing', async () => {
  const of = (...shape: number[]) => normal(shape, randomFrom(1, 'values'));
  const sizes = [
    [0, 3, 2],
    [2, 0, 3],
    [2, 3, 0],
  ] as const;
  for (const [rows, inner, columns] of sizes) {
    const matrices = [of(rows, inner), of(inner, columns)];
    await assertSameAsCpu(all, stacked, matrices, randomFrom(2, 'weights'));
    const dense: Computation = (a, b, bias) =>
      tf.fused.matMul({ a, b: b!, bias: bias!, activation: 'relu' });
    await assertSameValueAsCpu(all, dense, [...matrices, of(columns)]);
  }
});
