import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { ImageDataset } from '#library/datasets/imageDataset';
import type { Example } from '#library/datasets/types';
import type { RgbImage } from '#library/images/rgbImage';
import { imageGallery } from '#library/pictures/imageGallery';
import { type PieGalleryRow, pieGallery } from '#library/pictures/pieGallery';
import { findPIEs } from '#statistics/analysis/findPIEs';
import { modalLabels } from '#statistics/analysis/modalLabels';
import { PredictionsError } from '#statistics/errors';
import { PALETTE } from '#statistics/figures/palette';
import type { Predictions } from '#statistics/predictions/predictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { randomFrom } from '#statistics/random';

const SIDE = 32;
const NAMES = ['airplane', 'bird', 'cat & dog'];

/** `size` images of noise; `decoded` counts those that were asked for. */
function noise(size: number) {
  const counter = { decoded: 0 };
  const pixelsOf = (id: number) => {
    const random = randomFrom(id, 'pixels');
    return Uint8Array.from({ length: SIDE * SIDE * 3 }, () => Math.floor(random() * 256));
  };
  const dataset = new ImageDataset({
    name: 'Noise',
    classNames: NAMES,
    imageShape: [SIDE, SIDE, 3],
    hash: 'noise',
    size,
    async *examples() {
      for (let id = 0; id < size; id++)
        yield {
          id,
          label: id % NAMES.length,
          image: () => {
            counter.decoded++;
            return { width: SIDE, height: SIDE, data: pixelsOf(id) };
          },
        } as Example;
    },
  });
  return { dataset, counter, pixelsOf };
}

const pie = (image_id: number, baseline_mode: number, variant_mode: number): PieGalleryRow => ({
  ...{ variant: 'pruned 0.9', sparsity: 0.9, baseline: 'dense' },
  ...{ image_id, true_class: 0, baseline_mode, variant_mode },
});

async function rgb(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
}

test('small images are enlarged to crisp pixels', async () => {
  const { dataset, pixelsOf } = noise(1);
  const { data, width, channels } = await rgb((await imageGallery(dataset)).png);
  // A tile of 128 at two pixels per pixel: 8 per pixel of the image, below a header of 56.
  for (const [x, y] of [
    [0, 0],
    [31, 0],
    [7, 19],
    [31, 31],
  ] as const)
    for (const [dx, dy] of [
      [0, 0],
      [7, 7],
    ] as const) {
      const offset = ((112 + y * 8 + dy) * width + x * 8 + dx) * channels;
      const source = (y * SIDE + x) * 3;
      assert.deepEqual(
        [...data.subarray(offset, offset + 3)],
        [...pixelsOf(0).subarray(source, source + 3)],
      );
    }
});

test('images fill their tiles, whatever their shape', async () => {
  const grey = (width: number, height: number) => {
    return { width, height, data: new Uint8Array(width * height * 3).fill(100) };
  };
  const galleryOf = async (...images: RgbImage[]) => {
    const dataset = new ImageDataset({
      ...{ name: 'grey', classNames: ['grey'], imageShape: [32, 32, 3], hash: 'grey' },
      async *examples() {
        for (const [id, image] of images.entries())
          yield { id, label: 0, image: () => image } as Example;
      },
    });
    return rgb((await imageGallery(dataset)).png);
  };
  for (const [images, side] of [
    [[grey(64, 48), grey(64, 48)], 192],
    [[grey(300, 200), grey(200, 300)], 256],
  ] as const) {
    const { data, width, channels } = await galleryOf(...images);
    const at = (x: number, y: number) => data[(y * width + x) * channels];
    for (const tile of [0, 268])
      for (const [x, y] of [
        [0, 0],
        [255, 0],
        [0, side - 1],
        [255, side - 1],
      ] as const)
        assert.equal(at(tile + x, 112 + y), 100, `${images[0].width}: ${tile + x}, ${y}`);
    assert.notEqual(at(128, 112 + side + 4), 100);
  }
});

test('a gallery shows as many images as asked for, with their classes and N', async () => {
  const { description } = await imageGallery(noise(10).dataset, { count: 4, title: 'Some' });
  assert.equal(description, 'Some\n4 of 10 images, 3 classes\nairplane\nbird\ncat & dog\nairplane');
});

test('PIEs come with three labels; only their images are decoded', async () => {
  const { dataset, counter } = noise(50);
  const { description } = await pieGallery([pie(3, 0, 1), pie(6, 1, 0), pie(9, 1, 2)], dataset, {
    count: 2,
  });
  assert.deepEqual(description.split('\n').slice(2), [
    'true: airplane, dense: airplane, pruned 0.9: bird',
    'true: airplane, dense: bird, pruned 0.9: airplane',
  ]);
  assert.match(description, /PIEs of pruned 0\.9\nN = 2 of 3 PIEs/);
  assert.equal(counter.decoded, 2);
});

test('reads what findPIEs and modalLabels give, also without any PIE', async () => {
  const { dataset } = noise(4);
  const model = (sparsity: number, replicate: number, labels: number[]) => ({
    ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
    predictedClass: Int32Array.from(labels),
  });
  const predictions: Predictions = {
    imageIds: [0, 1, 2, 3],
    trueClass: Int32Array.of(0, 1, 2, 0),
    models: [model(0, 0, [0, 1, 2, 0]), model(0.9, 0, [0, 1, 0, 0])],
  };
  const expected = /N = 1 of 1 PIEs.*\ntrue: cat & dog, dense: cat & dog, pruned 0\.9: airplane$/;
  for (const table of [findPIEs(predictions), modalLabels(predictions)]) {
    const { description } = await pieGallery(table, dataset);
    assert.match(description, expected);
  }
  const same = { ...predictions, models: [predictions.models[0]!, model(0.9, 0, [0, 1, 2, 0])] };
  assert.match((await pieGallery(findPIEs(same), dataset)).description, /N = 0 of 0/);
});

test('a label that pruning lost is in the colour of hurt', async () => {
  const black = new ImageDataset({
    name: 'Black',
    classNames: NAMES,
    imageShape: [1, 1, 3],
    hash: 'black',
    async *examples() {
      yield {
        id: 0,
        label: 0,
        image: () => ({ width: 1, height: 1, data: new Uint8Array(3) }),
      } as Example;
    },
  });
  const has = async (row: PieGalleryRow, color: string) => {
    const { data, channels } = await rgb((await pieGallery([row], black)).png);
    const wanted = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
    for (let i = 0; i < data.length; i += channels)
      if (wanted.every((value, k) => data[i + k] === value)) return true;
    return false;
  };
  assert.ok(await has(pie(0, 0, 1), PALETTE.hurt));
  assert.ok(!(await has(pie(0, 0, 1), PALETTE.helped)));
  assert.ok(await has(pie(0, 1, 0), PALETTE.helped));
});

test('the highest sparsity is shown unless told', async () => {
  const rows = [{ ...pie(0, 0, 1), variant: 'pruned 0.5', sparsity: 0.5 }, pie(3, 0, 1)];
  const { dataset } = noise(5);
  assert.match((await pieGallery(rows, dataset)).description, /PIEs of pruned 0\.9\nN = 1 of 1/);
  const half = await pieGallery(rows, dataset, { variant: 0.5 });
  assert.match(half.description, /PIEs of pruned 0\.5\nN = 1 of 1/);
  assert.match((await pieGallery([], dataset)).description, /N = 0 of 0/);
});

test('a wrong data set or variant is an error that says so', async () => {
  const { dataset } = noise(5);
  await assert.rejects(pieGallery([pie(17, 0, 1)], dataset), (error: Error) => {
    assert.ok(error instanceof PredictionsError);
    assert.match(error.message, /Noise lacks image 17 of the predictions/);
    return true;
  });
  await assert.rejects(
    pieGallery([pie(1, 0, 1)], dataset),
    /Noise: image 1 has class 1, in the predictions it has 0/,
  );
  await assert.rejects(
    pieGallery([pie(1, 0, 1)], dataset, { variant: 0.3 }),
    /0\.3; expected .* of: pruned 0\.9/,
  );
});
