import { corruption } from './corruption';
import { uniform, wholeNumber } from './draws';
import {
  gaussianBlur as blurred,
  correlate,
  correlateFlat,
  type Neighbour,
  normalized,
  separable,
  tapsOf,
  zoomed,
} from './filters';
import { like, mapped, type Raster, toBytes } from './raster';

/** Parameter: standard deviation in pixels. */
export const gaussianBlur = corruption(
  { imagenet: [1, 2, 3, 4, 6], cifar: [0.4, 0.6, 0.7, 0.8, 1] },
  (image, sigma) => blurred(image, sigma),
);

/** Parameters: radius of the disk and standard deviation by which its rim is blurred, in pixels. */
export const defocusBlur = corruption<readonly [radius: number, rim: number]>(
  {
    imagenet: [
      [3, 0.1],
      [4, 0.5],
      [6, 0.5],
      [8, 0.5],
      [10, 0.5],
    ],
    cifar: [
      [0.3, 0.4],
      [0.4, 0.5],
      [0.5, 0.6],
      [1, 0.2],
      [1.5, 0.1],
    ],
  },
  (image, [radius, rim]) => correlateFlat(image, disk(radius, rim), 'mirror'),
);

function disk(radius: number, rim: number): Neighbour[] {
  const reach = Math.max(8, radius);
  const side = 2 * reach + 1;
  const square = Array.from({ length: side * side }, (_, i) => ({
    dx: (i % side) - reach,
    dy: Math.floor(i / side) - reach,
  }));
  const flat = normalized(square.map(({ dx, dy }) => (dx * dx + dy * dy <= radius ** 2 ? 1 : 0)));
  const offsets = radius <= 8 ? [-1, 0, 1] : [-2, -1, 0, 1, 2];
  const kernel = normalized(offsets.map((d) => Math.exp(-(d * d) / (2 * rim * rim))));
  const taps = Array.from({ length: side }, (_, i) =>
    tapsOf(
      offsets.map((d) => i + d),
      kernel,
      side,
      'mirror',
    ),
  );
  const raster = { width: side, height: side, channels: 1, data: Float32Array.from(flat) };
  const smooth = separable(raster, taps, taps);
  return square
    .map((place, i) => ({ ...place, weight: smooth.data[i]! }))
    .filter(({ weight }) => weight > 1e-9);
}

/** Parameters: standard deviation in pixels of the blurs before and after, reach, passes. */
export const glassBlur = corruption<readonly [sigma: number, reach: number, passes: number]>(
  {
    imagenet: [
      [0.7, 1, 2],
      [0.9, 2, 1],
      [1, 2, 3],
      [1.1, 3, 2],
      [1.5, 4, 2],
    ],
    cifar: [
      [0.05, 1, 1],
      [0.25, 1, 1],
      [0.4, 1, 1],
      [0.25, 1, 2],
      [0.4, 1, 2],
    ],
  },
  (image, [sigma, reach, passes], random) => {
    const { width, height, channels } = image;
    const data = new Float32Array(toBytes(blurred(image, sigma).data));
    for (let pass = 0; pass < passes; pass++)
      for (let y = height - reach; y > reach; y--)
        for (let x = width - reach; x > reach; x--) {
          const dx = wholeNumber(random, -reach, reach);
          const dy = wholeNumber(random, -reach, reach);
          const from = ((y + dy) * width + x + dx) * channels;
          // The authors' swap in place leaves the neighbour as it is, and so do the published sets.
          data.copyWithin((y * width + x) * channels, from, from + channels);
        }
    return blurred(like(image, data), sigma);
  },
);

/** Parameters: length in pixels and standard deviation of a stroke at up to 45° from level. */
export const motionBlur = corruption<readonly [radius: number, sigma: number]>(
  {
    imagenet: [
      [10, 3],
      [15, 5],
      [15, 8],
      [15, 12],
      [20, 15],
    ],
    cifar: [
      [6, 1],
      [6, 1.5],
      [6, 2],
      [8, 2],
      [9, 2.5],
    ],
  },
  (image, [radius, sigma], random) => moved(image, radius, sigma, uniform(random, -45, 45)),
);

/** One half of a Gaussian drawn out over 2 · radius pixels in a direction, as ImageMagick does it. */
export function moved(image: Raster, radius: number, sigma: number, degrees: number): Raster {
  const angle = (degrees * Math.PI) / 180;
  const steps = Array.from({ length: 2 * Math.ceil(radius) + 1 }, (_, i) => i);
  const weights = normalized(steps.map((i) => Math.exp(-(i * i) / (2 * sigma * sigma))));
  const kernel = steps.map((i) => ({
    dx: Math.ceil(i * Math.cos(angle) - 0.5),
    dy: Math.ceil(i * Math.sin(angle) - 0.5),
    weight: weights[i]!,
  }));
  return mapped(correlate(image, kernel, 'nearest'), Math.floor);
}

/** Parameters: the zooms that are overlaid, from 1 up to but without `end`. */
export const zoomBlur = corruption<readonly [end: number, step: number]>(
  {
    imagenet: [
      [1.11, 0.01],
      [1.16, 0.01],
      [1.21, 0.02],
      [1.26, 0.02],
      [1.31, 0.03],
    ],
    cifar: [
      [1.06, 0.01],
      [1.11, 0.01],
      [1.16, 0.01],
      [1.21, 0.01],
      [1.26, 0.01],
    ],
  },
  (image, [end, step]) => {
    const count = Math.ceil((end - 1) / step);
    // Steps as numpy counts them, whose last digit decides how a half is rounded.
    const counted = 1 + step - 1;
    const sum = Float32Array.from(image.data);
    for (let k = 0; k < count; k++) {
      const { data } = zoomed(image, 1 + k * counted);
      for (let i = 0; i < sum.length; i++) sum[i]! += data[i]!;
    }
    return like(
      image,
      sum.map((value) => value / (count + 1)),
    );
  },
);
