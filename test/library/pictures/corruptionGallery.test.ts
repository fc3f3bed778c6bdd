import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { corrupt } from '#library/corruptions/corrupt';
import { corruptionGallery } from '#library/pictures/corruptionGallery';
import { OptionError } from '#statistics/errors';
import { picture } from '../corruptions/golden';

test('a row per corruption: the clean image, then its severities', async () => {
  const image = await picture('32.png');
  const options = { seed: 4, scale: 'cifar' } as const;
  const corruptions = ['fog', 'contrast'] as const;
  const { png, description } = await corruptionGallery(image, { ...options, corruptions });
  const severities = (name: string) => [1, 2, 3, 4, 5].map((n) => `${name}, severity ${n}`);
  assert.deepEqual(description.split('\n').slice(2), [
    ...['clean', ...severities('fog')],
    ...['clean', ...severities('contrast')],
  ]);
  // Tiles of 128 in steps of 134, at two pixels per pixel: 8 per pixel of the image.
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const { data: foggy } = await corrupt(image, 'fog', 5, options);
  for (const [column, expected] of [
    [0, image.data],
    [5, foggy],
  ] as const)
    for (const [x, y] of [
      [0, 0],
      [31, 31],
      [9, 20],
    ] as const) {
      const at = ((112 + y * 8 + 3) * info.width + column * 268 + x * 8 + 3) * info.channels;
      const from = (y * 32 + x) * 3;
      assert.deepEqual([...data.subarray(at, at + 3)], [...expected.subarray(from, from + 3)]);
    }
});

test('says whose parameters they are: those that fit the image, unless told', async () => {
  const image = await picture('32.png');
  const corruptions = ['fog'] as const;
  const small = await corruptionGallery(image, { corruptions });
  assert.match(small.description, /parameters of CIFAR-10-C/);
  const large = await corruptionGallery(image, { corruptions, scale: 'imagenet' });
  assert.match(large.description, /parameters of ImageNet-C/);
});

test('an unknown corruption is an error', async () => {
  const image = await picture('32.png');
  const corruptions = ['rain' as 'fog'];
  await assert.rejects(corruptionGallery(image, { corruptions }), OptionError);
});
