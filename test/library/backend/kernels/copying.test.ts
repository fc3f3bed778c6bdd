import { before, test } from 'node:test';
import fc from 'fast-check';
import type { BackendName } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { randomFrom } from '#statistics/random';
import { assertSameAsCpu, backends, forShapes, normal } from '../compare';

/** A part of an axis, with as much before it and after it. */
const axis = fc.record({
  before: fc.constantFrom(0, 0, 1, 3),
  size: fc.integer({ min: 1, max: 7 }),
  after: fc.constantFrom(0, 0, 1, 2),
});
const axes = fc.array(axis, { minLength: 1, maxLength: 4 });

let all: BackendName[];
before(async () => {
  all = await backends();
});

test('slices and their gradients are those of the cpu backend', () =>
  forShapes(axes, 30, (axes, random) => {
    const begin = axes.map(({ before }) => before);
    const size = axes.map(({ size }) => size);
    const shape = axes.map(({ before, size, after }) => before + size + after);
    return assertSameAsCpu(all, (x) => tf.slice(x!, begin, size), [normal(shape, random)], random);
  }));

test('padded tensors and their gradients are those of the cpu backend', () =>
  forShapes(axes, 30, (axes, random) => {
    const paddings = axes.map(({ before, after }): [number, number] => [before, after]);
    const shape = axes.map(({ size }) => size);
    return assertSameAsCpu(all, (x) => tf.pad(x!, paddings, -2), [normal(shape, random)], random);
  }));

test('a slice may be empty, and reach to the end', () =>
  assertSameAsCpu(
    all,
    (x) => tf.concat([tf.slice(x!, [1, 0], [0, 2]), tf.slice(x!, [2, 1], [-1, 2])]),
    [{ shape: [4, 3], data: Float32Array.from({ length: 12 }, (_, i) => i) }],
    randomFrom(20191113, 'values'),
  ));
