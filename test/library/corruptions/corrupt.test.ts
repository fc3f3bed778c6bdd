import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { corrupt, corruptWith } from '#library/corruptions/corrupt';
import {
  CORRUPTIONS,
  type CorruptionName,
  type CorruptionScale,
  EXTRA_CORRUPTIONS,
  SEVERITIES,
} from '#library/corruptions/names';
import type { RgbImage } from '#library/images/rgbImage';
import { OptionError } from '#statistics/errors';
import { GOLDEN, hashedNumbers, picture, statisticsOf } from './golden';

const ALL: readonly CorruptionName[] = [...CORRUPTIONS, ...EXTRA_CORRUPTIONS];
const SCALES = [
  ['imagenet', 224],
  ['cifar', 32],
] as const;
const frost = join(GOLDEN, 'frost');

const images = new Map<CorruptionScale, RgbImage>();
before(async () => {
  for (const [scale, side] of SCALES) images.set(scale, await picture(`${side}.png`));
});

/** The originals' pixels, a 32 × 32 tile per corruption (down) and severity (across). */
const TILE = 32;
const GREY_LEVELS_APART = 0.5;

describe('corrupt gives the pixels of the original Python, fed with the same random numbers', () => {
  for (const [scale, side] of SCALES)
    it(`${scale}: mean absolute difference below ${GREY_LEVELS_APART} grey levels`, async () => {
      const image = images.get(scale)!;
      const golden = await picture(`${scale}.png`);
      const at = Array.from({ length: TILE }, (_, i) => Math.round((i * (side - 1)) / (TILE - 1)));
      for (const [row, name] of ALL.entries())
        for (const severity of SEVERITIES) {
          const ours = await corruptWith(hashedNumbers(), image, name, severity, scale, frost);
          let sum = 0;
          for (let y = 0; y < TILE; y++)
            for (let x = 0; x < TILE; x++)
              for (let c = 0; c < 3; c++) {
                const there = (row * TILE + y) * golden.width + (severity - 1) * TILE + x;
                const here = at[y]! * side + at[x]!;
                sum += Math.abs(ours.data[here * 3 + c]! - golden.data[there * 3 + c]!);
              }
          const difference = sum / (TILE * TILE * 3);
          assert.ok(
            difference < GREY_LEVELS_APART,
            `${name} ${severity}: ${difference.toFixed(2)} grey levels`,
          );
        }
    });
});

interface Statistics {
  readonly draws: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

describe('what chance adds has the mean, variance and spectrum of the original', () => {
  const stored: Record<CorruptionScale, Record<string, Statistics>> = JSON.parse(
    readFileSync(join(GOLDEN, 'statistics.json'), 'utf8'),
  );
  /** Standard errors apart; of some 650 comparisons none should be beyond. */
  const ERRORS_APART = 5;
  const OURS = { imagenet: 3, cifar: 24 };
  const QUANTITIES = ['mean', 'variance', '1/32', '1/16', '1/8', '1/4', '1/2', '1 cycle per pixel'];

  for (const [scale] of SCALES)
    it(scale, async () => {
      const image = images.get(scale)!;
      for (const [key, theirs] of Object.entries(stored[scale])) {
        const [name, severity] = key.split(' ') as [CorruptionName, string];
        const rows: number[][] = [];
        for (let seed = 0; seed < OURS[scale]; seed++) {
          const ours = await corrupt(image, name, Number(severity), { seed, scale, frost });
          rows.push(statisticsOf(image, ours));
        }
        QUANTITIES.forEach((quantity, q) => {
          const mean = rows.reduce((sum, row) => sum + row[q]!, 0) / rows.length;
          const error = theirs.deviation[q]! * Math.sqrt(1 / theirs.draws + 1 / rows.length);
          const apart = Math.abs(mean - theirs.mean[q]!);
          // Half a grey level, or a twentieth of a variance or power, is no difference.
          const slack = q === 0 ? 0.5 : q === 1 ? 0.05 * theirs.mean[1]! : 0.05;
          assert.ok(
            apart <= ERRORS_APART * error + slack,
            `${key}, ${quantity}: ${mean.toPrecision(4)}, the original's is ` +
              `${theirs.mean[q]} ± ${error.toPrecision(2)}`,
          );
        });
      }
    });
});

/** Pictures of a few blobs and edges, from a handful of numbers. */
const pictures = fc
  .record({
    width: fc.integer({ min: 8, max: 40 }),
    height: fc.integer({ min: 8, max: 40 }),
    colours: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 12, maxLength: 12 }),
  })
  .map(
    ({ width, height, colours }): RgbImage => ({
      width,
      height,
      data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
        const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
        const quarter = (x < width / 3 ? 0 : 1) + (y < height / 2 ? 0 : 2);
        return colours[quarter * 3 + (i % 3)]!;
      }),
    }),
  );
const names = fc.constantFrom(...ALL);
const scales = fc.constantFrom<CorruptionScale>('imagenet', 'cifar');
const severities = fc.constantFrom(...SEVERITIES);

const distance = (a: RgbImage, b: RgbImage) =>
  Math.sqrt(a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0) / a.data.length);

describe('corrupt', () => {
  it('gives bytes of the same shape, leaves its input alone, and repeats itself', () =>
    fc.assert(
      fc.asyncProperty(
        pictures,
        names,
        severities,
        scales,
        fc.nat(),
        async (image, name, severity, scale, seed) => {
          const before = Uint8Array.from(image.data);
          const options = { seed, scale, frost };
          const first = await corrupt(image, name, severity, options);
          assert.ok(first.data instanceof Uint8Array);
          assert.deepEqual(
            [first.width, first.height, first.data.length],
            [image.width, image.height, image.data.length],
          );
          assert.deepEqual(image.data, before);
          assert.deepEqual(await corrupt(image, name, severity, options), first);
        },
      ),
      { numRuns: 150 },
    ));

  it('draws anew for another seed where there is chance, and only there', async () => {
    const image = images.get('cifar')!;
    const certain = new Set<string>([
      ...['defocus_blur', 'zoom_blur', 'gaussian_blur', 'brightness', 'contrast'],
      ...['pixelate', 'jpeg_compression', 'saturate'],
    ]);
    for (const name of ALL) {
      const [a, b] = await Promise.all(
        [1, 2].map((seed) => corrupt(image, name, 3, { seed, scale: 'cifar', frost })),
      );
      assert.equal(distance(a!, b!) === 0, certain.has(name), name);
    }
  });

  it('distorts more with each severity', async () => {
    // The others among the published severities grow in one respect and shrink in another: the
    // affine part of CIFAR-10-C's elastic transform gets weaker throughout.
    const growing: Record<CorruptionScale, Partial<Record<CorruptionName, readonly number[]>>> = {
      imagenet: {
        glass_blur: [2, 4, 5],
        frost: [1, 2, 3, 5],
        fog: [1, 2, 3, 5],
        elastic_transform: [4, 5],
        saturate: [3, 4, 5],
      },
      cifar: {
        glass_blur: [1, 4],
        motion_blur: [1, 2, 3, 5],
        frost: [1, 2, 5],
        elastic_transform: [],
        spatter: [1, 2, 3, 5],
        saturate: [3, 4, 5],
      },
    };
    for (const [scale] of SCALES) {
      const image = images.get(scale)!;
      for (const name of ALL) {
        const distances: number[] = [];
        for (const severity of growing[scale][name] ?? SEVERITIES) {
          let sum = 0;
          const draws = scale === 'cifar' ? 12 : 2;
          for (let seed = 0; seed < draws; seed++)
            sum += distance(image, await corrupt(image, name, severity, { seed, scale, frost }));
          distances.push(sum / draws);
        }
        distances.reduce((mild, strong, i) => {
          assert.ok(strong > mild, `${scale} ${name} ${i}: ${distances.map(String)}`);
          return strong;
        }, 0);
      }
    }
  });

  it('makes frost of its own by seed where no folder is given, like the photographs', async () => {
    const black: RgbImage = { width: 224, height: 224, data: new Uint8Array(224 * 224 * 3) };
    const [a, b] = await Promise.all([1, 2].map((seed) => corrupt(black, 'frost', 5, { seed })));
    assert.notDeepEqual(a!.data, b!.data);
    // Severity 5 adds 0.75 of the frost. Mean and log power of the authors' five photographs, whose
    // own standard deviations are 45 grey levels and about 1.
    const [mean, , ...powers] = statisticsOf(black, a!);
    assert.ok(Math.abs(mean! / 0.75 - 160) < 25, `mean ${mean}`);
    [11.1, 8.4, 7.0, 5.9, 4.5].forEach((expected, band) => {
      const power = powers[band]! - 2 * Math.log(0.75);
      assert.ok(Math.abs(power - expected) < 1.5, `band ${band}: ${power}`);
    });
  });

  it('takes CIFAR-10-C’s parameters for small images and ImageNet-C’s for others, unless told', async () => {
    for (const [scale, side] of SCALES) {
      const image = images.get(scale)!;
      const other = SCALES.find(([name]) => name !== scale)![0];
      const chosen = await corrupt(image, 'contrast', 1);
      assert.deepEqual(chosen, await corrupt(image, 'contrast', 1, { scale }), `${side}`);
      assert.notDeepEqual(chosen, await corrupt(image, 'contrast', 1, { scale: other }));
    }
  });

  it('names what is wrong and lists what is valid', async () => {
    const image = images.get('cifar')!;
    const rejects = (attempt: Promise<unknown>, message: RegExp) =>
      assert.rejects(attempt, (error: Error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, message);
        return true;
      });
    await rejects(corrupt(image, 'rain' as 'fog', 1), /'rain'.*gaussian_noise, .*, saturate/);
    for (const severity of [0, 6, 1.5])
      await rejects(corrupt(image, 'fog', severity), new RegExp(`${severity}; .*1, 2, 3, 4, 5`));
    await rejects(
      corrupt(image, 'fog', 1, { scale: 'mnist' as 'cifar' }),
      /scale: 'mnist'; expected one of imagenet, cifar/,
    );
    const short = { ...image, data: image.data.subarray(3) };
    await rejects(corrupt(short, 'fog', 1), /3069 numbers.*32 × 32.*3072 bytes/);
    const floats = { ...image, data: new Float32Array(3072) as unknown as Uint8Array };
    await rejects(corrupt(floats, 'fog', 1), /Float32Array/);
    const tiny = { width: 7, height: 9, data: new Uint8Array(189) };
    await rejects(corrupt(tiny, 'fog', 1), /7 × 9 pixels; expected at least 8 × 8/);
    await rejects(corrupt(image, 'frost', 1, { frost: __dirname }), /pictures of frost/);
    const large = images.get('imagenet')!;
    await rejects(corrupt(large, 'frost', 1, { frost, scale: 'cifar' }), /more than 1120 × 1120/);
  });
});
