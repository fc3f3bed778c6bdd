import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import type { EngineName } from '../../../src/engine/engine';
import {
  assertFiniteDifferences,
  assertPropagates,
  assertSameAsCpu,
  assertSameValueAsCpu,
  type Computation,
  engines,
  forShapes,
  normal,
} from '../compare';

const size = fc.integer({ min: 1, max: 40 });
const sizes = fc.tuple(size, size, size);
const product: Computation = (a, b) => tf.matMul(a, b!);

let all: EngineName[];
before(async () => {
  all = await engines();
});

test('matrix products and their gradients are those of the cpu backend', () =>
  forShapes(sizes, 30, ([rows, inner, columns], random) =>
    assertSameAsCpu(
      all,
      product,
      [normal([rows, inner], random), normal([inner, columns], random)],
      random,
    ),
  ));

test('gradients of a matrix product agree with finite differences', () =>
  forShapes(sizes, 10, ([rows, inner, columns], random) =>
    assertFiniteDifferences(
      all,
      product,
      [normal([rows, inner], random), normal([inner, columns], random)],
      random,
    ),
  ));

test('NaN and infinity go through a matrix product', () =>
  forShapes(sizes, 8, ([rows, inner, columns], random) =>
    assertPropagates(
      all,
      product,
      [normal([rows, inner], random), normal([inner, columns], random)],
      random,
    ),
  ));

test('either matrix may be transposed, or both, or stacked', () =>
  forShapes(sizes, 10, async ([rows, inner, columns], random) => {
    for (const batch of [[], [2]])
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
