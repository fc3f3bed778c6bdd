import { before, test } from 'node:test';
import fc from 'fast-check';
import type { BackendName } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import '#library/backend/ops/relu';
import { assertPropagates, assertSameAsCpu, backends, forShapes, normal } from '../compare';

const sizes = fc.integer({ min: 1, max: 300 });

let all: BackendName[];
before(async () => {
  all = await backends();
});

test('ReLU and its gradient are those of the cpu backend', () =>
  forShapes(sizes, 30, (size, random) =>
    assertSameAsCpu(all, (x) => tf.relu(x), [normal([size], random)], random),
  ));

test('NaN and infinity go through ReLU', () =>
  forShapes(sizes, 8, (size, random) =>
    assertPropagates(all, (x) => tf.relu(x), [normal([size], random)], random),
  ));
