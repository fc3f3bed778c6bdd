import { normals } from 'selective-brain-damage-statistics/internal';
import { corruption } from './corruption';
import { placeIn, poissonTable } from './draws';
import { like, mapped } from './raster';

/** Parameter: standard deviation, as a share of white. */
export const gaussianNoise = corruption(
  { imagenet: [0.08, 0.12, 0.18, 0.26, 0.38], cifar: [0.04, 0.06, 0.08, 0.09, 0.1] },
  (image, deviation, random) => {
    const noise = normals(random, image.data.length, 0, 255 * deviation);
    return mapped(image, (value, i) => value + noise[i]!);
  },
);

/** Parameter: photons that make white. */
export const shotNoise = corruption(
  { imagenet: [60, 25, 12, 5, 3], cifar: [500, 250, 100, 75, 50] },
  (image, photons, random) => {
    const tables: Float64Array[] = [];
    return mapped(image, (value) => {
      tables[value] ??= poissonTable((value / 255) * photons);
      return (placeIn(tables[value], random()) / photons) * 255;
    });
  },
);

/** Parameter: share of the numbers that become 0 or 255. */
export const impulseNoise = corruption(
  { imagenet: [0.03, 0.06, 0.09, 0.17, 0.27], cifar: [0.01, 0.02, 0.03, 0.05, 0.07] },
  (image, amount, random) => {
    const hit = image.data.map(() => (random() <= amount ? 1 : 0));
    const salt = image.data.map(() => (random() <= 0.5 ? 255 : 0));
    return mapped(image, (value, i) => (hit[i] ? salt[i]! : value));
  },
);

/** Parameter: standard deviation, as a share of the pixel's own value. */
export const speckleNoise = corruption(
  { imagenet: [0.15, 0.2, 0.35, 0.45, 0.6], cifar: [0.06, 0.1, 0.12, 0.16, 0.2] },
  (image, deviation, random) => {
    const noise = normals(random, image.data.length, 1, deviation);
    return like(
      image,
      noise.map((factor, i) => factor * image.data[i]!),
    );
  },
);
