import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CorruptOptions } from '#library/corruptions/corrupt';
import { ImageDataset } from '#library/datasets/imageDataset';
import { normalize } from '#library/datasets/normalization';
import { corruptedSets } from '#library/datasets/shiftedSet';
import type { ImageSource } from '#library/datasets/types';
import { OptionError } from '#statistics/errors';
import { shuffleInPlace } from '#statistics/random';

/** Images of one pixel whose value is their position, plus noise where augmented. */
function numbered(size: number, decoded: number[] = []): ImageDataset {
  const source: ImageSource = {
    name: 'numbers',
    classNames: ['even', 'odd'],
    imageShape: [1, 1, 1],
    hash: 'none',
    size,
    async *examples(random) {
      const order = Array.from({ length: size }, (_, i) => i);
      for (const id of random ? shuffleInPlace(order, random) : order)
        yield {
          id,
          label: id % 2,
          image: () => ({ width: 1, height: 1, data: Uint8Array.of(id, id, id) }),
          pixels: (augment) => {
            decoded.push(id);
            return Float32Array.of(id + (augment ? augment() / 2 : 0));
          },
        };
    },
  };
  return new ImageDataset(source);
}

const NORMALIZATION = { mean: [10, 20, 30], std: [3, 5, 7] } as const;

/** Pictures of 8 × 8 pixels, each of one colour: red `100 + 7 − id`, green half of it, no blue. */
function coloured(size: number): ImageDataset {
  return new ImageDataset({
    name: 'colours',
    classNames: ['all'],
    imageShape: [8, 8, 3],
    hash: 'none',
    normalization: NORMALIZATION,
    size,
    async *examples(random) {
      const order = Array.from({ length: size }, (_, i) => i);
      for (const id of random ? shuffleInPlace(order, random) : order) {
        const red = 107 - id;
        const data = Uint8Array.from({ length: 192 }, (_, i) => [red, red / 2, 0][i % 3]!);
        yield {
          id,
          label: 0,
          image: () => ({ width: 8, height: 8, data }),
          pixels: () => normalize(data, NORMALIZATION),
        };
      }
    },
  });
}

async function idsOf(data: ImageDataset): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of data) ids.push(id as number);
  return ids;
}

async function pixelsOf(data: ImageDataset, batchSize: number, skip = 0): Promise<number[]> {
  const pixels: number[] = [];
  for await (const { images } of data.batches(batchSize, { skip })) pixels.push(...images);
  return pixels;
}

const sizes = fc.integer({ min: 0, max: 60 });
const ascending = (values: number[]) => [...values].sort((a, b) => a - b);

describe('ImageDataset', () => {
  it('shards into disjoint, complete parts whose sizes it knows', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 7 }), async (size, of) => {
        const shards = Array.from({ length: of }, (_, index) => numbered(size).shard(index, of));
        const ids = await Promise.all(shards.map(idsOf));
        assert.deepEqual(
          shards.map((shard) => shard.size),
          ids.map((shard) => shard.length),
        );
        assert.deepEqual(ascending(ids.flat()), await idsOf(numbered(size)));
      }),
    ));

  it('shuffles all images, by seed, wherever the shuffle stands', () =>
    fc.assert(
      fc.asyncProperty(sizes, sizes, fc.nat(), async (size, count, seed) => {
        const data = numbered(size);
        assert.deepEqual(await idsOf(data.shuffle(seed)), await idsOf(data.shuffle(seed)));
        assert.deepEqual(ascending(await idsOf(data.shuffle(seed))), await idsOf(data));
        const few = data.take(count);
        assert.deepEqual(ascending(await idsOf(few.shuffle(seed))), await idsOf(few));
      }),
    ));

  it('orders differently for another seed', async () => {
    const data = numbered(50);
    assert.notDeepEqual(await idsOf(data.shuffle(1)), await idsOf(data.shuffle(2)));
  });

  it('skips to a batch and draws the same crops there as by walking', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 9 }), fc.nat(5), async (size, n, skip) => {
        const data = numbered(size).shuffle(3).augment(4);
        const whole = await pixelsOf(data, n);
        assert.deepEqual(await pixelsOf(data, n, skip), whole.slice(skip * n));
      }),
    ));

  it('does not decode what it skips or leaves out', async () => {
    const decoded: number[] = [];
    const ids: unknown[] = [];
    const options = { skip: 2, dropRemainder: true };
    for await (const batch of numbered(10, decoded).batches(3, options)) ids.push(...batch.ids);
    assert.deepEqual(ids, [6, 7, 8]);
    assert.deepEqual(decoded, [6, 7, 8]);
  });

  it('labels each image with its own class, in the order of its pixels', async () => {
    for await (const { images, labels, ids } of numbered(9).shuffle(1).batches(4)) {
      assert.deepEqual([...images], ids);
      assert.deepEqual(
        [...labels],
        ids.map((id) => (id as number) % 2),
      );
    }
  });

  it('fails in turn where an image cannot be decoded', async () => {
    const source: ImageSource = {
      name: 'broken',
      classNames: ['a'],
      imageShape: [1, 1, 1],
      hash: 'none',
      async *examples() {
        for (let id = 0; id < 4; id++)
          yield {
            id,
            label: 0,
            image: () => Promise.reject(new Error('unused')),
            pixels: async () => {
              if (id === 2) throw new Error('image 2 is damaged');
              return Float32Array.of(id);
            },
          };
      },
    };
    const seen: unknown[] = [];
    await assert.rejects(async () => {
      for await (const batch of new ImageDataset(source).batches(1)) seen.push(...batch.ids);
    }, /image 2 is damaged/);
    assert.deepEqual(seen, [0, 1]);
  });

  it('corrupts what a model sees, each image from its own seed whatever the other views', async () => {
    const data = coloured(12);
    const ids = async (view: ImageDataset) => {
      const pixels = new Map<unknown, number[]>();
      for await (const example of view) {
        const image = await example.image();
        assert.deepEqual([...normalize(image.data, NORMALIZATION)], [...(await example.pixels())]);
        pixels.set(example.id, [...image.data]);
      }
      return pixels;
    };
    const options = { seed: 5, scale: 'cifar' } as const;
    const whole = await ids(data.corrupt('gaussian_noise', 3, options));
    const few = await ids(data.shuffle(1).take(4).corrupt('gaussian_noise', 3, options));
    for (const [id, pixels] of few) assert.deepEqual(pixels, whole.get(id));
    assert.notDeepEqual(whole.get(0), whole.get(1));
    const other = await ids(data.corrupt('gaussian_noise', 3, { ...options, seed: 6 }));
    assert.notDeepEqual(whole.get(0), other.get(0));
    // Brightness 1 of CIFAR-10-C adds 5% of white to the brightest channel.
    const brighter = await ids(data.corrupt('brightness', 1, options));
    assert.deepEqual(brighter.get(7)!.slice(0, 3), [112, 56, 0]);
  });

  it('takes the parameters that fit the size of its images, and records those that it is given', () => {
    const viewsOf = (side: number, options: CorruptOptions = {}) => {
      const source = { name: '', classNames: [], hash: '', async *examples() {} };
      const imageShape = [side, side, 3] as const;
      const data = new ImageDataset({ ...source, imageShape, normalization: NORMALIZATION });
      return corruptedSets(data, { ...options, corruptions: ['fog'], severities: [1] })[0]!.data
        .views;
    };
    const view = { op: 'corrupt', name: 'fog', severity: 1, seed: 0 };
    assert.deepEqual(viewsOf(32), [{ ...view, scale: 'cifar' }]);
    assert.deepEqual(viewsOf(64), [{ ...view, scale: 'cifar' }]);
    assert.deepEqual(viewsOf(65), [{ ...view, scale: 'imagenet' }]);
    assert.deepEqual(viewsOf(32, { scale: 'imagenet' }), [{ ...view, scale: 'imagenet' }]);
  });

  it('knows the classes that predictions are restricted to, and refuses an image of another', async () => {
    const data = numbered(4);
    assert.equal(data.candidates, undefined);
    assert.deepEqual(data.restrictTo([1, 0]).take(2).candidates, [0, 1]);
    assert.deepEqual(await idsOf(data.restrictTo([0, 1])), [0, 1, 2, 3]);
    await assert.rejects(
      idsOf(data.restrictTo([0])),
      /image 1 has class 1, .* not one of the 1 classes/,
    );
    assert.throws(
      () => data.restrictTo([2]),
      /restrictTo\(\[2\]\): expected classes of numbers, 0–1/,
    );
    assert.throws(() => data.restrictTo([]), OptionError);
  });

  it('refuses to corrupt what is not RGB, and what no corruption is called', () => {
    assert.throws(
      () => numbered(3).corrupt('fog', 1),
      /numbers have shape \[1,1,1\]; expected RGB/,
    );
    assert.throws(() => coloured(3).corrupt('rain' as 'fog', 1), /'rain'; expected one of/);
    assert.throws(() => coloured(3).corrupt('fog', 0), /severity: 0/);
  });

  it('refuses views that make no sense', () => {
    const data = numbered(3);
    assert.throws(() => data.take(-1), OptionError);
    assert.throws(() => data.shard(2, 2), OptionError);
    assert.throws(() => data.shard(0.5, 2), OptionError);
  });
});
