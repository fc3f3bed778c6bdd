import { before, test } from 'node:test';
import fc from 'fast-check';
import type { BackendName } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import '#library/backend/ops/mean';
import { assertFiniteDifferences, assertSameAsCpu, backends, forShapes, normal } from '../compare';

const size = fc.integer({ min: 1, max: 6 });
const shapes = fc.tuple(size, size, size, fc.constantFrom(1, 3, 16, 21));

let all: BackendName[];
before(async () => {
  all = await backends();
});

for (const axes of [undefined, [1, 2], [0, 1, 2], [2], [1], [0, 3], [-1]]) {
  test(`sum and mean over [${axes}] are those of the cpu backend, gradients included`, () =>
    forShapes(shapes, 8, async (shape, random) => {
      for (const keepDims of [false, true]) {
        await assertSameAsCpu(
          all,
          (x) => tf.mean(x, axes, keepDims),
          [normal(shape, random)],
          random,
        );
        await assertSameAsCpu(
          all,
          (x) => tf.sum(x, axes, keepDims),
          [normal(shape, random)],
          random,
        );
      }
    }));

  test(`the gradient of the mean over [${axes}] agrees with finite differences`, () =>
    forShapes(shapes, 3, (shape, random) =>
      assertFiniteDifferences(
        [...all, 'cpu'],
        (x) => tf.mean(x, axes),
        [normal(shape, random)],
        random,
      ),
    ));
}

test('sum and mean of all values, and over the first axis, are those of the cpu backend', () =>
  forShapes(fc.array(size, { minLength: 1, maxLength: 3 }), 12, async (shape, random) => {
    for (const axis of [undefined, 0])
      for (const reduce of [tf.sum, tf.mean] as ((x: tf.Tensor, axis?: number) => tf.Tensor)[])
        await assertSameAsCpu(all, (x) => reduce(x, axis), [normal(shape, random)], random);
  }));
