import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { Pixels } from '#library/pictures/pixels';

/** The picture as another program reads its PNG file: per pixel red, green, blue and alpha. */
async function read(pixels: Pixels): Promise<number[][]> {
  const { data, info } = await sharp(pixels.png()).raw().toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 4);
  return Array.from({ length: info.width * info.height }, (_, i) => [
    ...data.subarray(4 * i, 4 * i + 4),
  ]);
}

const NONE = [0, 0, 0, 0];
const RED = [255, 0, 0, 255];

test('what is not drawn on is transparent', async () => {
  assert.deepEqual(await read(new Pixels(2, 1)), [NONE, NONE]);
});

test('fills rectangles, to the left and up as well, within the picture', async () => {
  const pixels = new Pixels(3, 2);
  pixels.fillStyle = 'rgba(255,0,0,1)';
  pixels.fillRect(3, 2, -2, -1);
  pixels.fillRect(-5, -5, 6, 6);
  assert.deepEqual(await read(pixels), [RED, NONE, NONE, NONE, RED, RED]);
});

test('reads the alpha of a colour', async () => {
  const pixels = new Pixels(1, 1);
  pixels.fillStyle = 'rgba(10, 20, 30, 0.2)';
  pixels.fillRect(0, 0, 1, 1);
  assert.deepEqual(await read(pixels), [[10, 20, 30, 51]]);
});

test('puts pixels at their place', async () => {
  const pixels = new Pixels(3, 2);
  const put = pixels.createImageData(2, 1);
  put.data.set([...RED, ...RED]);
  pixels.putImageData(put, 1, 1);
  assert.deepEqual(await read(pixels), [NONE, NONE, NONE, NONE, RED, RED]);
});
