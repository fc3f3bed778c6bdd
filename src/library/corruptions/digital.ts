import sharp from 'sharp';
import { corruption } from './corruption';
import { uniform } from './draws';
import { gaussianBlur, separable, type Taps, warp } from './filters';
import { like, mapped, type Raster, toBytes } from './raster';

/** Parameter: remaining share of the distance from each channel's mean. */
export const contrast = corruption(
  { imagenet: [0.4, 0.3, 0.2, 0.1, 0.05], cifar: [0.75, 0.5, 0.4, 0.3, 0.15] },
  (image, left) => {
    const sums = [0, 0, 0];
    image.data.forEach((value, i) => {
      sums[i % 3]! += value;
    });
    const means = sums.map((sum) => sum / (image.data.length / 3));
    return mapped(image, (value, i) => means[i % 3]! + left * (value - means[i % 3]!));
  },
);

/** Parameters: factor and addend of the saturation of the hue-saturation-value model. */
export const saturate = corruption<readonly [factor: number, added: number]>(
  {
    imagenet: [
      [0.3, 0],
      [0.1, 0],
      [2, 0],
      [5, 0.1],
      [20, 0.2],
    ],
    cifar: [
      [0.3, 0],
      [0.1, 0],
      [1.5, 0],
      [2, 0.1],
      [2.5, 0.2],
    ],
  },
  (image, [factor, added]) => {
    const { data } = image;
    return mapped(image, (value, i) => {
      const first = i - (i % 3);
      const most = Math.max(data[first]!, data[first + 1]!, data[first + 2]!);
      const least = Math.min(data[first]!, data[first + 1]!, data[first + 2]!);
      if (most === least)
        // Grey has hue 0, which is red.
        return i === first ? value : value * (1 - Math.min(1, added));
      const saturation = (most - least) / most;
      const wanted = Math.min(1, saturation * factor + added);
      return most - (most - value) * (wanted / saturation);
    });
  },
);

/** Parameter: the quality of libjpeg, with colours at half the resolution. */
export const jpegCompression = corruption(
  { imagenet: [25, 18, 15, 10, 7], cifar: [80, 65, 58, 50, 40] },
  async (image, quality) => {
    const { width, height, data } = image;
    const stored = await sharp(toBytes(data), { raw: { width, height, channels: 3 } })
      .jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: false })
      .toBuffer();
    return like(image, new Float32Array(await sharp(stored).raw().toBuffer()));
  },
);

/** Parameter: the share of each side's pixels that is left. */
export const pixelate = corruption(
  { imagenet: [0.6, 0.5, 0.4, 0.3, 0.25], cifar: [0.95, 0.9, 0.85, 0.75, 0.65] },
  (image, share) => {
    const { width, height } = image;
    const few = (size: number) => Math.max(1, Math.floor(size * share));
    return boxResized(boxResized(image, few(width), few(height)), width, height);
  },
);

/** Means of whole pixels, those whose middle lies in the box; rounded along each axis, as Pillow. */
function boxResized(image: Raster, width: number, height: number): Raster {
  const rows = boxes(image.height, image.height);
  const wide = mapped(separable(image, rows, boxes(image.width, width)), Math.round);
  return mapped(separable(wide, boxes(image.height, height), boxes(width, width)), Math.round);
}

function boxes(from: number, to: number): Taps[] {
  const scale = from / to;
  const half = Math.max(scale, 1) / 2;
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * scale;
    const all = Array.from({ length: from }, (_, pixel) => pixel);
    const within = all.filter((pixel) => {
      const distance = pixel + 0.5 - middle;
      return distance > -half && distance <= half;
    });
    return {
      first: within[0]!,
      weights: new Float64Array(within.length).fill(1 / within.length),
    };
  });
}

/**
 * Parameters in pixels: length of the local displacements, standard deviation over which they are
 * alike, and how far each of three points is moved for the affine map before.
 */
export const elasticTransform = corruption<readonly [length: number, sigma: number, moved: number]>(
  {
    imagenet: [
      // The authors used 244 instead of 224, and the published set was made so.
      [244 * 2, 244 * 0.7, 244 * 0.1],
      [244 * 2, 244 * 0.08, 244 * 0.2],
      [244 * 0.05, 244 * 0.01, 244 * 0.02],
      [244 * 0.07, 244 * 0.01, 244 * 0.02],
      [244 * 0.12, 244 * 0.01, 244 * 0.02],
    ],
    cifar: [
      [0, 0, 32 * 0.08],
      [32 * 0.05, 32 * 0.2, 32 * 0.07],
      [32 * 0.08, 32 * 0.06, 32 * 0.06],
      [32 * 0.1, 32 * 0.04, 32 * 0.05],
      [32 * 0.1, 32 * 0.03, 32 * 0.03],
    ],
  },
  (image, [length, sigma, moved], random) => {
    const { width, height } = image;
    const [x, y] = [Math.floor(width / 2), Math.floor(height / 2)];
    const third = Math.floor(Math.min(width, height) / 3);
    const before: Triangle = [
      [x + third, y + third],
      [x + third, y - third],
      [x - third, y - third],
    ];
    const shift = () => uniform(random, -moved, moved);
    const shifted = ([px, py]: Point): Point => [px + shift(), py + shift()];
    const after: Triangle = [shifted(before[0]), shifted(before[1]), shifted(before[2])];
    const turned = warp(image, affine(after, before), 'mirror');
    const field = () => {
      const noise = {
        ...{ width, height, channels: 1 },
        data: Float32Array.from({ length: width * height }, () => uniform(random, -1, 1)),
      };
      return gaussianBlur(noise, sigma, { truncate: 3, edge: 'reflect' }).data;
    };
    const [dx, dy] = [field(), field()];
    return warp(
      turned,
      (px, py) => [px + length * dx[py * width + px]!, py + length * dy[py * width + px]!],
      'reflect',
    );
  },
);

type Point = readonly [x: number, y: number];
type Triangle = [Point, Point, Point];

/** The affine map that takes one triangle to another. */
function affine([a, b, c]: Triangle, [p, q, r]: Triangle): (x: number, y: number) => Point {
  const [ux, uy] = [b[0] - a[0], b[1] - a[1]];
  const [vx, vy] = [c[0] - a[0], c[1] - a[1]];
  const determinant = ux * vy - uy * vx;
  return (x, y) => {
    const s = ((x - a[0]) * vy - (y - a[1]) * vx) / determinant;
    const t = ((y - a[1]) * ux - (x - a[0]) * uy) / determinant;
    return [
      p[0] + s * (q[0] - p[0]) + t * (r[0] - p[0]),
      p[1] + s * (q[1] - p[1]) + t * (r[1] - p[1]),
    ];
  };
}
