import { before, test } from 'node:test';
import fc from 'fast-check';
import type { BackendName } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import {
  assertFiniteDifferences,
  assertPropagates,
  assertSameAsCpu,
  backends,
  type Computation,
  forShapes,
  normal,
} from '../compare';

interface Pooling {
  readonly shape: [number, number, number, number];
  readonly window: [number, number];
  readonly stride: number;
  readonly pad: 'same' | 'valid';
}

const poolings: fc.Arbitrary<Pooling> = fc
  .record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 13 }),
      fc.integer({ min: 1, max: 13 }),
      fc.constantFrom(1, 3, 4, 8, 10, 16, 21),
    ),
    window: fc.constantFrom<[number, number]>([2, 2], [3, 3], [1, 2]),
    stride: fc.integer({ min: 1, max: 3 }),
    pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  })
  .filter(
    ({ shape, window, pad }) => pad === 'same' || (shape[1] >= window[0] && shape[2] >= window[1]),
  );

const maxPool =
  ({ window, stride, pad }: Pooling): Computation =>
  (x) =>
    tf.maxPool(x as tf.Tensor4D, window, stride, pad);

const averagePool =
  ({ window, stride, pad }: Pooling): Computation =>
  (x) =>
    tf.avgPool(x as tf.Tensor4D, window, stride, pad);

let all: BackendName[];
before(async () => {
  all = await backends();
});

test('max pooling and its gradient are those of the cpu backend', () =>
  forShapes(poolings, 40, (pooling, random) =>
    assertSameAsCpu(all, maxPool(pooling), [normal(pooling.shape, random)], random),
  ));

test('of equal values the first takes the gradient, as on the cpu backend', () =>
  forShapes(poolings, 10, async (pooling, random) => {
    const { shape, data } = normal(pooling.shape, random);
    await assertSameAsCpu(all, maxPool(pooling), [{ shape, data: data.map(Math.round) }], random);
  }));

test('the gradient of average pooling agrees with finite differences', () =>
  forShapes(poolings, 20, (pooling, random) =>
    assertFiniteDifferences(all, averagePool(pooling), [normal(pooling.shape, random)], random),
  ));

test('NaN and infinity go through average pooling', () =>
  forShapes(poolings, 8, (pooling, random) =>
    assertPropagates(all, averagePool(pooling), [normal(pooling.shape, random)], random),
  ));
