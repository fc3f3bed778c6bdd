import { before, test } from 'node:test';
import fc from 'fast-check';
import type { BackendName } from '#library/backend/backend';
import { assertPropagates, assertSameAsCpu, backends, forShapes, normal } from '../compare';

const sizes = fc.integer({ min: 1, max: 300 });

let all: BackendName[];
before(async () => {
  all = await backends();
});

test('sums of tensors of one shape and of two are those of the cpu backend', () =>
  forShapes(fc.tuple(sizes, fc.constantFrom([], [3])), 20, ([size, rows], random) =>
    assertSameAsCpu(
      all,
      (a, b) => a.add(b!),
      [normal([...rows, size], random), normal([size], random)],
      random,
    ),
  ));

test('NaN and infinity go through a sum', () =>
  forShapes(sizes, 8, (size, random) =>
    assertPropagates(
      all,
      (a, b) => a.add(b!),
      [normal([size], random), normal([size], random)],
      random,
    ),
  ));
