import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { type Cut, evaluationCut, trainingCut } from '#library/datasets/cut';
import { checkDecodes, decodeImage } from '#library/datasets/decodePicture';
import { pictureSettings } from '#library/datasets/pictureOptions';
import { inputOf, preprocess } from '#library/datasets/preprocess';
import { randomFrom } from '#statistics/random';
import { DATA } from '../records/fixtures';

const folder = join(DATA, 'preprocessing');
const asPillow = (size: number, resize: number) => {
  return { preprocessing: 'pillow', size, resize } as const;
};
const asStored = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** What Pillow, torchvision and TensorFlow 1 give: `<source>-<whose>.png`, or of a part of the picture by
 * Pillow `<source>-<left>-<top>-<width>-<height>.png`. */
const golden = readdirSync(folder).filter((name) => name.endsWith('.png'));

const WHOSE = {
  evaluation: 'pillow',
  torchvision: 'torchvision',
  tensorflow1: 'tensorflow1',
} as const;

for (const name of golden)
  test(`resizes and crops as its reference: ${name}`, async () => {
    const [source, ...box] = name.replace('.png', '').split('-');
    const [left, top, width, height] = box.map(Number) as [number, number, number, number];
    const preprocessing = WHOSE[box[0] as keyof typeof WHOSE];
    const cutOf = (w: number, h: number): Cut =>
      preprocessing
        ? evaluationCut(w, h, { preprocessing, size: 96, resize: 110 })
        : {
            ...{ crop: { left, top, width, height }, width: 96, height: 96 },
            ...{ left: 0, top: 0, size: 96, flip: false, preprocessing: 'pillow' },
          };
    const pixels = await preprocess(readFileSync(join(folder, `${source}.jpg`)), cutOf, asStored);
    const { data } = await decodeImage(readFileSync(join(folder, name)));
    // TensorFlow's levels may lie beyond 0 and 255, where the stored picture ends.
    const levels = pixels.map((value) => Math.max(0, Math.min(255, Math.round(value))));
    const differences = data.map((value, i) => Math.abs(value - levels[i]!));
    const mean = differences.reduce((sum, d) => sum + d, 0) / differences.length;
    const far = differences.filter((d) => d > 4).length / differences.length;
    assert.equal(pixels.length, 96 * 96 * 3);
    assert.ok(mean < 0.4, `mean difference ${mean} of 255`);
    assert.ok(far < 0.003, `${far} of the values differ by more than 4`);
  });

test('a flip mirrors the pixels, and normalisation is per channel', async () => {
  const encoded = readFileSync(join(folder, '80x61.jpg'));
  const cut = evaluationCut(80, 61, asPillow(32, 40));
  const plain = await preprocess(encoded, () => cut, asStored);
  const flipped = await preprocess(encoded, () => ({ ...cut, flip: true }), asStored);
  const normalised = await preprocess(encoded, () => cut, pictureSettings({}).normalization);
  const at = (pixels: Float32Array, x: number, y: number, c: number) =>
    pixels[(y * 32 + x) * 3 + c]!;
  for (const [x, y, c] of [
    [0, 0, 0],
    [5, 31, 1],
    [31, 7, 2],
  ] as const) {
    assert.equal(at(flipped, 31 - x, y, c), at(plain, x, y, c));
    const mean = [0.485, 0.456, 0.406][c]!;
    const std = [0.229, 0.224, 0.225][c]!;
    const value = (at(plain, x, y, c) / 255 - mean) / std;
    assert.ok(Math.abs(at(normalised, x, y, c) - value) < 1e-6);
  }
});

test('an image taken whole keeps its pixels', async () => {
  const data = Buffer.from(Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7919) % 256));
  const png = await sharp(data, { raw: { width: 32, height: 32, channels: 3 } })
    .png()
    .toBuffer();
  const pixels = await preprocess(png, (w, h) => evaluationCut(w, h, asPillow(32, 32)), asStored);
  assert.deepEqual(Buffer.from(pixels), data);
});

const sides = {
  width: fc.integer({ min: 1, max: 3000 }),
  height: fc.integer({ min: 1, max: 3000 }),
};

test("evaluation's window is central in an image whose shorter side is as asked", () => {
  assert.deepEqual(evaluationCut(500, 375, asPillow(224, 256)), {
    ...{ crop: { left: 0, top: 0, width: 500, height: 375 }, width: 341, height: 256 },
    ...{ left: 59, top: 16, size: 224, flip: false, preprocessing: 'pillow' },
  });
  fc.assert(
    fc.property(fc.record(sides), ({ width, height }) => {
      const cut = evaluationCut(width, height, asPillow(224, 256));
      assert.equal(Math.min(cut.width, cut.height), 256);
      assert.ok(Math.abs(cut.left * 2 + 224 - cut.width) <= 1);
      assert.ok(Math.abs(cut.top * 2 + 224 - cut.height) <= 1);
    }),
  );
});

test("training's crops lie in the image, and cover the areas and aspects of the paper", () => {
  fc.assert(
    fc.property(fc.record({ ...sides, seed: fc.integer() }), ({ width, height, seed }) => {
      const { crop } = trainingCut(width, height, asPillow(224, 224), randomFrom(seed));
      assert.ok(crop.width >= 1 && crop.height >= 1 && crop.left >= 0 && crop.top >= 0);
      assert.ok(crop.left + crop.width <= width && crop.top + crop.height <= height);
    }),
  );
  const random = randomFrom(1);
  const cuts = Array.from({ length: 4000 }, () =>
    trainingCut(1000, 1000, asPillow(224, 224), random),
  );
  const areas = cuts.map(({ crop }) => (crop.width * crop.height) / 1e6);
  const aspects = cuts.map(({ crop }) => crop.width / crop.height);
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  // To within the rounding of sides to whole pixels.
  assert.ok(least(areas) > 0.079 && least(areas) < 0.09 && most(areas) > 0.97);
  assert.ok(least(aspects) > 0.745 && least(aspects) < 0.76);
  assert.ok(most(aspects) < 1.34 && most(aspects) > 1.32);
  const flips = cuts.filter(({ flip }) => flip).length / cuts.length;
  assert.ok(Math.abs(flips - 0.5) < 0.04, `flipped ${flips}`);
});

test('a shift by pixels is refused, as pictures are cropped to a part of their area', async () => {
  const shifted = Object.assign(randomFrom(1), { crop: 2 });
  const settings = { ...asPillow(224, 256), normalization: asStored };
  await assert.rejects(inputOf(Buffer.from(''), { ...pictureSettings({}), ...settings }, shifted), {
    name: 'OptionError',
    message: /augment\.crop: 2; these images are cropped to a part of their area, not shifted/,
  });
});

test('a flip that is decided is not drawn', () => {
  for (const flip of [true, false])
    for (const seed of [1, 2, 3, 4])
      assert.equal(
        trainingCut(9, 9, asPillow(9, 9), Object.assign(randomFrom(seed), { flip })).flip,
        flip,
      );
});

test('an image too long for any crop is cut centrally', () => {
  const { crop } = trainingCut(3000, 10, asPillow(224, 224), randomFrom(1));
  assert.deepEqual(crop, { left: 1493, top: 0, width: 13, height: 10 });
});

test('an image cut short, or none, is an error', async () => {
  const encoded = readFileSync(join(folder, '201x333.jpg'));
  const whole: Cut = {
    ...{ crop: { left: 0, top: 0, width: 201, height: 333 }, width: 32, height: 32 },
    ...{ left: 0, top: 0, size: 32, flip: false, preprocessing: 'pillow' },
  };
  await checkDecodes(encoded);
  for (const bad of [
    encoded.subarray(0, encoded.length / 2),
    encoded.subarray(0, encoded.length - 20),
    encoded.subarray(100),
    Buffer.from('no image'),
    Buffer.alloc(0),
  ]) {
    await assert.rejects(checkDecodes(bad));
    await assert.rejects(decodeImage(bad));
    await assert.rejects(preprocess(bad, () => whole, asStored));
  }
});
