import { normals } from 'selective-brain-damage-statistics/internal';
import { moved } from './blur';
import { corruption } from './corruption';
import { uniform } from './draws';
import { zoomed } from './filters';
import { frostTexture } from './frost';
import { plasma } from './plasma';
import { mapped, type Raster, toBytes } from './raster';

interface SnowParameters {
  /** Of the noise that flakes are cut from, as shares of white. */
  readonly mean: number;
  readonly deviation: number;
  readonly zoom: number;
  /** Threshold, as a share of white: darker noise is no flake. */
  readonly threshold: number;
  /** Length in pixels and standard deviation of a flake's fall. */
  readonly radius: number;
  readonly sigma: number;
  /** Share of the picture left as it is; the rest is made whiter. */
  readonly kept: number;
}

const snowfall = (
  ...[mean, deviation, zoom, threshold, radius, sigma, kept]: [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
): SnowParameters => ({ mean, deviation, zoom, threshold, radius, sigma, kept });

export const snow = corruption<SnowParameters>(
  {
    imagenet: [
      snowfall(0.1, 0.3, 3, 0.5, 10, 4, 0.8),
      snowfall(0.2, 0.3, 2, 0.5, 12, 4, 0.7),
      snowfall(0.55, 0.3, 4, 0.9, 12, 8, 0.7),
      snowfall(0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
      snowfall(0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ],
    cifar: [
      snowfall(0.1, 0.2, 1, 0.6, 8, 3, 0.95),
      snowfall(0.1, 0.2, 1, 0.5, 10, 4, 0.9),
      snowfall(0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
      snowfall(0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
      snowfall(0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ],
  },
  (image, { mean, deviation, zoom, threshold, radius, sigma, kept }, random) => {
    const { width, height, data } = image;
    const noise: Raster = {
      ...{ width, height, channels: 1 },
      data: normals(random, width * height, 255 * mean, 255 * deviation),
    };
    const flakes = zoomed(noise, zoom).data.map((value) => (value < 255 * threshold ? 0 : value));
    const still = { ...noise, data: new Float32Array(toBytes(flakes)) };
    const falling = moved(still, radius, sigma, uniform(random, -135, -45)).data;
    const last = falling.length - 1;
    return mapped(image, (value, i) => {
      const pixel = Math.floor(i / 3);
      const first = pixel * 3;
      const grey = 0.299 * data[first]! + 0.587 * data[first + 1]! + 0.114 * data[first + 2]!;
      const whitened = Math.max(value, grey * 1.5 + 0.5 * 255);
      return kept * value + (1 - kept) * whitened + falling[pixel]! + falling[last - pixel]!;
    });
  },
);

/** Parameters: weights of the image and of the frost; step between the frost's pixels. */
export const frost = corruption<readonly [image: number, frost: number, every: number]>(
  {
    imagenet: [
      [1, 0.4, 1],
      [0.8, 0.6, 1],
      [0.7, 0.7, 1],
      [0.65, 0.7, 1],
      [0.6, 0.75, 1],
    ],
    cifar: [
      [1, 0.2, 5],
      [1, 0.3, 5],
      [0.9, 0.4, 5],
      [0.85, 0.4, 5],
      [0.75, 0.45, 5],
    ],
  },
  async (image, [kept, added, every], random, folder) => {
    const texture = await frostTexture(image.width, image.height, every, random, folder);
    return mapped(image, (value, i) => kept * value + added * texture[i]!);
  },
);

/** Parameters: thickness, and how much smoother the fog is from one scale to the next finer one. */
export const fog = corruption<readonly [thickness: number, decay: number]>(
  {
    imagenet: [
      [1.5, 2],
      [2, 2],
      [2.5, 1.7],
      [2.5, 1.5],
      [3, 1.4],
    ],
    cifar: [
      [0.2, 3],
      [0.5, 3],
      [0.75, 2.5],
      [1, 2],
      [1.5, 1.75],
    ],
  },
  (image, [thickness, decay], random) => {
    const { width, height, data } = image;
    const side = 2 ** Math.ceil(Math.log2(Math.max(width, height, 2)));
    const map = plasma(random, side, decay);
    const brightest = data.reduce((most, value) => Math.max(most, value), 0) / 255;
    const dimmed = brightest / (brightest + thickness);
    return mapped(image, (value, i) => {
      const pixel = Math.floor(i / 3);
      const x = pixel % width;
      const y = (pixel - x) / width;
      return (value + 255 * thickness * map[y * side + x]!) * (dimmed || 0);
    });
  },
);

/** Parameter: addend of the value of the hue-saturation-value model, as a share of white. */
export const brightness = corruption(
  { imagenet: [0.1, 0.2, 0.3, 0.4, 0.5], cifar: [0.05, 0.1, 0.15, 0.2, 0.3] },
  (image, added) => {
    const { data } = image;
    return mapped(image, (value, i) => {
      const first = i - (i % 3);
      const brightest = Math.max(data[first]!, data[first + 1]!, data[first + 2]!);
      const target = Math.min(255, brightest + 255 * added);
      return brightest === 0 ? target : (value * target) / brightest;
    });
  },
);
