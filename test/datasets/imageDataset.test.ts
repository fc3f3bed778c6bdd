import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ImageDataset, type ImageSource } from '../../src/datasets/imageDataset';
import { OptionError } from '../../src/errors';
import { shuffleInPlace } from '../../src/random';

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

  it('refuses views that make no sense', () => {
    const data = numbered(3);
    assert.throws(() => data.take(-1), OptionError);
    assert.throws(() => data.shard(2, 2), OptionError);
    assert.throws(() => data.shard(0.5, 2), OptionError);
  });
});
