import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { type BackendName, useBackend } from '#library/backend/backend';
import { batchNorm, batchNormTraining } from '#library/backend/ops/batchNorm';
import * as tf from '#library/backend/tf';
import {
  assertFiniteDifferences,
  assertPropagates,
  assertSameAsCpu,
  assertSameValueAsCpu,
  backends,
  type Computation,
  forShapes,
  normal,
  type Values,
} from '../compare';

const shapes = fc.oneof(
  fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 2, max: 9 }),
    fc.integer({ min: 2, max: 9 }),
    fc.constantFrom(1, 3, 4, 8, 10, 16, 21, 32),
  ),
  fc.tuple(fc.integer({ min: 4, max: 500 }), fc.constantFrom(1, 5, 16, 33)),
) as fc.Arbitrary<number[]>;

/** x away from zero, gamma and beta. */
function inputs(shape: number[], random: () => number): Values[] {
  const x = normal(shape, random);
  const channels = shape.at(-1)!;
  return [
    { shape, data: x.data.map((value) => 3 * value + 5) },
    ...[normal([channels], random), normal([channels], random)],
  ];
}

const training =
  (activation: 'linear' | 'relu'): Computation =>
  (x, gamma, beta) =>
    batchNormTraining(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, { activation }).y;

let all: BackendName[];
before(async () => {
  all = await backends();
});

for (const activation of ['linear', 'relu'] as const) {
  test(`batch norm in training (${activation}) is that of the cpu backend, gradients included`, () =>
    forShapes(shapes, 25, (shape, random) =>
      assertSameAsCpu(all, training(activation), inputs(shape, random), random),
    ));

  test(`batch norm in evaluation (${activation}) is that of the cpu backend`, () =>
    forShapes(shapes, 10, async (shape, random) => {
      const channels = shape.at(-1)!;
      const variance = normal([channels], random);
      await assertSameValueAsCpu(
        all,
        (...args) => {
          const [x, ...rest] = args as [
            tf.Tensor,
            tf.Tensor1D,
            tf.Tensor1D,
            tf.Tensor1D,
            tf.Tensor1D,
          ];
          return batchNorm(x, ...rest, { activation });
        },
        [
          ...inputs(shape, random),
          normal([channels], random),
          { shape: [channels], data: variance.data.map((x) => x * x) },
        ],
      );
    }));
}

test('gradients of batch norm agree with finite differences', () =>
  forShapes(shapes, 12, (shape, random) =>
    assertFiniteDifferences(all, training('linear'), inputs(shape, random), random),
  ));

test('NaN and infinity go through batch norm', () =>
  forShapes(shapes, 8, (shape, random) =>
    assertPropagates(all, training('relu'), inputs(shape, random), random),
  ));

test('mean and variance are those of the batch, also far from zero', async () => {
  const x = Float32Array.from({ length: 3000 }, (_, i) => 1000 + (i % 7));
  const expected = x.reduce((sum, value) => sum + (value - 1003) ** 2, 0) / x.length;
  for (const backend of all) {
    await useBackend({ backend });
    tf.tidy(() => {
      const { mean, variance } = batchNormTraining(
        tf.tensor(x, [3000, 1]),
        tf.ones([1]),
        tf.zeros([1]),
      );
      assert.ok(Math.abs(mean.dataSync()[0]! - 1003) < 1e-2, backend);
      assert.ok(Math.abs(variance.dataSync()[0]! - expected) < 1e-3 * expected, backend);
    });
  }
});
