import { before, test } from 'node:test';
import fc from 'fast-check';
import type { BackendName } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { randomFrom } from '#statistics/random';
import {
  assertFiniteDifferences,
  assertPropagates,
  assertSameAsCpu,
  assertSameValueAsCpu,
  backends,
  type Computation,
  defining,
  forShapes,
  normal,
  type Values,
} from '../compare';

interface Convolution {
  readonly batch: number;
  readonly size: [number, number];
  readonly channels: number;
  readonly filters: number;
  readonly filter: [number, number];
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid' | number;
}

const side = fc.integer({ min: 1, max: 17 });
/** Below, at and beyond one and two vectors of each width. */
const channels = fc.constantFrom(1, 2, 3, 4, 7, 8, 10, 16, 19, 32, 37, 40);
const convolutions: fc.Arbitrary<Convolution> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(side, side),
    channels,
    filters: channels,
    filter: fc.constantFrom<[number, number]>([1, 1], [3, 3], [5, 5], [2, 3], [1, 4], [7, 7]),
    strides: fc.constantFrom<[number, number]>([1, 1], [2, 2], [1, 2], [3, 2]),
    pad: fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 1, 2),
  })
  .filter(
    ({ pad, size, filter }) =>
      pad === 'same' ||
      size.every((side, i) => side + 2 * (pad === 'valid' ? 0 : pad) >= filter[i]!),
  );

/** What goes by way of Winograd's transforms: 3 × 3, stride 1, many channels and pixels. */
const larger: fc.Arbitrary<Convolution> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  size: fc.tuple(fc.integer({ min: 18, max: 23 }), fc.integer({ min: 18, max: 23 })),
  channels: fc.constantFrom(16, 19, 24),
  filters: fc.constantFrom(16, 21, 40),
  filter: fc.constant<[number, number]>([3, 3]),
  strides: fc.constant<[number, number]>([1, 1]),
  pad: fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 3),
});

const convolution =
  ({ strides, pad }: Convolution): Computation =>
  (x, filter) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad);

function inputs(c: Convolution, random: () => number): Values[] {
  return [
    normal([c.batch, ...c.size, c.channels], random),
    normal([...c.filter, c.channels, c.filters], random),
  ];
}

let all: BackendName[];
before(async () => {
  all = await backends();
});

/** The backends that define a convolution. */
const on = ({ pad }: Pick<Convolution, 'pad'>): BackendName[] =>
  typeof pad === 'number' ? defining('padding by a number', all) : all;

test('convolution and its gradients are those of the cpu backend', () =>
  forShapes(convolutions, 40, (c, random) =>
    assertSameAsCpu(on(c), convolution(c), inputs(c, random), random),
  ));

test('gradients of a convolution agree with finite differences', () =>
  forShapes(convolutions, 12, (c, random) =>
    assertFiniteDifferences(on(c), convolution(c), inputs(c, random), random),
  ));

test('a larger convolution and its gradients are those of the cpu backend', () =>
  forShapes(larger, 5, (c, random) =>
    assertSameAsCpu(on(c), convolution(c), inputs(c, random), random),
  ));

test('gradients of a larger convolution agree with finite differences', () =>
  forShapes(larger, 2, (c, random) =>
    assertFiniteDifferences(on(c), convolution(c), inputs(c, random), random),
  ));

test('NaN and infinity go through a larger convolution', () =>
  forShapes(larger, 1, (c, random) =>
    assertPropagates(on(c), convolution(c), inputs(c, random), random),
  ));

test('NaN and infinity go through a convolution', () =>
  forShapes(convolutions, 8, (c, random) =>
    assertPropagates(on(c), convolution(c), inputs(c, random), random),
  ));

test('a filter can be dilated', () =>
  // tfjs has no gradient of a dilated convolution.
  forShapes(convolutions, 20, async ({ pad, ...c }, random) => {
    const size = c.size.map((size) => size + 12) as [number, number];
    const dilated: Computation = (x, filter) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, pad, 'NHWC', [2, 2]);
    await assertSameValueAsCpu(on({ pad }), dilated, inputs({ ...c, pad, size }, random));
  }));

test('a bias is added and a ReLU applied in the same pass', () =>
  forShapes(fc.oneof(convolutions, larger), 20, async (c, random) => {
    const fused: Computation = (x, filter, bias) =>
      tf.fused.conv2d({
        ...{ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias: bias! },
        ...{ strides: c.strides, pad: c.pad, activation: 'relu' },
      });
    await assertSameValueAsCpu(on(c), fused, [...inputs(c, random), normal([c.filters], random)]);
  }));

test('a fused convolution has the gradients of the cpu backend', () =>
  forShapes(convolutions, 20, async (c, random) => {
    const fused: Computation = (x, filter, bias) =>
      tf.fused.conv2d({
        ...{ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias: bias! },
        ...{ strides: c.strides, pad: c.pad },
      });
    await assertSameAsCpu(
      on(c),
      fused,
      [...inputs(c, random), normal([c.filters], random)],
      random,
    );
  }));

test('gradients of a depthwise convolution agree with finite differences', () =>
  forShapes(convolutions, 8, async (c, random) => {
    // tfjs's own forward kernel is wrong where the padding is a number.
    const pad = typeof c.pad === 'number' ? 'same' : c.pad;
    const depthwise: Computation = (x, filter) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, c.strides[0], pad);
    const multiplier = (c.filters % 3) + 1;
    const [x, filter] = inputs({ ...c, filters: multiplier }, random) as [Values, Values];
    await assertFiniteDifferences(all, depthwise, [x, filter], random);
  }));

test('a convolution of no images, channels, filters or pixels gives sums of nothing', async () => {
  const one: Convolution = {
    ...{ batch: 1, size: [4, 4], channels: 2, filters: 3, filter: [3, 3], strides: [1, 1] },
    pad: 'valid',
  };
  const empty: Partial<Convolution>[] = [
    ...[{ batch: 0 }, { channels: 0 }, { filters: 0 }],
    { size: [0, 4], pad: 'same' },
  ];
  const on = defining('convolution of nothing', all);
  for (const part of empty) {
    const c = { ...one, ...part };
    const [x, filter] = inputs(c, randomFrom(1, 'values')) as [Values, Values];
    await assertSameAsCpu(on, convolution(c), [x, filter], randomFrom(2, 'weights'));
    const biased: Computation = (x, filter, bias) =>
      tf.fused.conv2d({
        ...{ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias: bias!, strides: 1 },
        ...{ pad: c.pad, activation: 'relu' },
      });
    const bias = normal([c.filters], randomFrom(3, 'values'));
    await assertSameValueAsCpu(on, biased, [x, filter, bias]);
  }
});
