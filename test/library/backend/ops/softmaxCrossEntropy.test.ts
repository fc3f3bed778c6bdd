import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { type BackendName, useBackend } from '#library/backend/backend';
import { softmaxCrossEntropy } from '#library/backend/ops/softmaxCrossEntropy';
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

const cases = fc.record({
  batch: fc.integer({ min: 1, max: 20 }),
  classes: fc.integer({ min: 2, max: 40 }),
  labelSmoothing: fc.constantFrom(0, 0.1, 1),
});

const loss =
  ({
    batch,
    classes,
    labelSmoothing,
  }: {
    batch: number;
    classes: number;
    labelSmoothing: number;
  }): Computation =>
  (logits) => {
    const labels = tf.tensor1d(
      Array.from({ length: batch }, (_, i) => (7 * i) % classes),
      'int32',
    );
    return softmaxCrossEntropy(logits as tf.Tensor2D, labels, { labelSmoothing });
  };

let all: BackendName[];
before(async () => {
  all = await backends();
});

test('the loss and its gradient are those of the cpu backend', () =>
  forShapes(cases, 30, (c, random) =>
    assertSameAsCpu(all, loss(c), [normal([c.batch, c.classes], random)], random),
  ));

test('the gradient agrees with finite differences', () =>
  forShapes(cases, 20, (c, random) =>
    assertFiniteDifferences(all, loss(c), [normal([c.batch, c.classes], random)], random, 0.1),
  ));

test('NaN and infinity go through the loss', () =>
  forShapes(cases, 8, (c, random) =>
    assertPropagates(all, loss(c), [normal([c.batch, c.classes], random)], random),
  ));

test("the loss is tfjs's own, and large logits do not overflow", async () => {
  const rows = [
    [1, 2, 3],
    [1000, -1000, 0],
  ];
  for (const backend of ['cpu', ...all] as BackendName[]) {
    await useBackend({ backend });
    tf.tidy(() => {
      const labels = tf.tensor1d([0, 2], 'int32');
      const logits = tf.tensor2d(rows);
      const expected = tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 3), logits, undefined, 0.1);
      const actual = softmaxCrossEntropy(logits, labels, { labelSmoothing: 0.1 });
      const [a, b] = [actual.dataSync()[0]!, expected.dataSync()[0]!];
      assert.ok(Math.abs(a - b) < 1e-5 * b, `${backend}: ${a}, tfjs: ${b}`);
    });
  }
});
