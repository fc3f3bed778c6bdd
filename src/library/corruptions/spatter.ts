import { normals } from 'selective-brain-damage-statistics/internal';
import { corruption } from './corruption';
import { correlate, gaussianBlur, inside, type Neighbour, roundHalfEven } from './filters';
import { mapped, type Raster, toBytes } from './raster';

interface SpatterParameters {
  /** Of the noise that drops are cut from, as shares of white. */
  readonly mean: number;
  readonly deviation: number;
  /** Size of the drops: standard deviation of a blur in pixels. */
  readonly sigma: number;
  /** Threshold, as a share of white: darker noise is no drop. */
  readonly threshold: number;
  /** Strength of water; standard deviation of the blur of mud, in pixels. */
  readonly strength: number;
  readonly liquid: 'water' | 'mud';
}

const spattered = (
  mean: number,
  deviation: number,
  sigma: number,
  threshold: number,
  strength: number,
  liquid: 'water' | 'mud',
): SpatterParameters => ({ mean, deviation, sigma, threshold, strength, liquid });

/** Drops of water, at the higher severities of mud. */
export const spatter = corruption<SpatterParameters>(
  {
    imagenet: [
      spattered(0.65, 0.3, 4, 0.69, 0.6, 'water'),
      spattered(0.65, 0.3, 3, 0.68, 0.6, 'water'),
      spattered(0.65, 0.3, 2, 0.68, 0.5, 'water'),
      spattered(0.65, 0.3, 1, 0.65, 1.5, 'mud'),
      spattered(0.67, 0.4, 1, 0.65, 1.5, 'mud'),
    ],
    cifar: [
      spattered(0.62, 0.1, 0.7, 0.7, 0.5, 'water'),
      spattered(0.65, 0.1, 0.8, 0.7, 0.5, 'water'),
      spattered(0.65, 0.3, 1, 0.69, 0.5, 'water'),
      spattered(0.65, 0.1, 0.7, 0.69, 0.6, 'mud'),
      spattered(0.65, 0.1, 0.5, 0.68, 0.6, 'mud'),
    ],
  },
  (image, { mean, deviation, sigma, threshold, strength, liquid }, random) => {
    const { width, height } = image;
    const noise: Raster = {
      ...{ width, height, channels: 1 },
      data: normals(random, width * height, mean, deviation),
    };
    const drops = mapped(gaussianBlur(noise, sigma), (value) => (value < threshold ? 0 : value));
    return liquid === 'water' ? wet(image, drops, strength) : muddy(image, drops, strength);
  },
);

/** Pale turquoise. */
const WATER = [175, 238, 238] as const;
const MUD = [63, 42, 20] as const;

/** Lightens the drops, most along their rims, by at most `strength` of the water's colour. */
function wet(image: Raster, drops: Raster, strength: number): Raster {
  const levels = Uint8Array.from(drops.data, (value) => value * 255);
  const light = rims({ ...drops, data: Float32Array.from(levels) }).map(
    (value, i) => value * levels[i]!,
  );
  const brightest = light.reduce((most, value) => Math.max(most, value), 0) || 1;
  return mapped(image, (value, i) => {
    const share = (strength * light[Math.floor(i / 3)]!) / brightest;
    return value + share * WATER[i % 3]!;
  });
}

function muddy(image: Raster, drops: Raster, sigma: number): Raster {
  const solid = mapped(drops, (value) => (value > 0 ? 1 : 0));
  const cover = gaussianBlur(solid, sigma).data.map((value) => (value < 0.8 ? 0 : value));
  return mapped(image, (value, i) => {
    const share = cover[Math.floor(i / 3)]!;
    return (1 - share) * value + share * MUD[i % 3]!;
  });
}

const square = (weights: readonly number[]): Neighbour[] =>
  weights.map((weight, i) => ({ dx: (i % 3) - 1, dy: Math.floor(i / 3) - 1, weight }));
const MEAN = square(new Array(9).fill(1 / 9));
/** Light falls from the upper left. */
const EMBOSS = square([-2, -1, 0, -1, 1, 1, 0, 1, 2]);
/** Pixels from a rim beyond which the shade is constant. */
const FARTHEST = 20;

/** Light and shade by the distance from the drops' edges. */
function rims(drops: Raster): Float32Array {
  const near = { ...drops, data: distances(cannyEdges(drops, 50, 150), drops.width) };
  const capped = mapped(near, (value) => Math.min(FARTHEST, value));
  const even = equalized(mapped(correlate(capped, MEAN, 'mirror'), Math.floor));
  const embossed = new Float32Array(toBytes(correlate(even, EMBOSS, 'mirror').data));
  return correlate({ ...drops, data: embossed }, MEAN, 'mirror').data.map(Math.round);
}

const SOBEL_X = square([-1, 0, 1, -2, 0, 2, -1, 0, 1]);
const SOBEL_Y = square([-1, -2, -1, 0, 0, 0, 1, 2, 1]);

/**
 * Canny's edges (1986) of a layer in grey levels: 1 where the gradient |dx| + |dy| is largest across
 * its direction and above `high`, or above `low` and connected to such a pixel.
 */
export function cannyEdges(layer: Raster, low: number, high: number): Uint8Array {
  const { width, height } = layer;
  const dx = correlate(layer, SOBEL_X, 'nearest').data;
  const dy = correlate(layer, SOBEL_Y, 'nearest').data;
  const size = dx.map((value, i) => Math.abs(value) + Math.abs(dy[i]!));
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : size[y * width + x]!;
  const edges = new Uint8Array(size.length);
  const candidates = new Uint8Array(size.length);
  const strong: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (size[i]! <= low || !isCrest(x, y, size[i]!, dx[i]!, dy[i]!, at)) continue;
      candidates[i] = 1;
      if (size[i]! > high) strong.push(i);
    }
  for (let i = strong.pop(); i !== undefined; i = strong.pop()) {
    if (edges[i]) continue;
    edges[i] = 1;
    const x = i % width;
    for (const row of [-width, 0, width])
      for (const column of [-1, 0, 1]) {
        const next = i + row + column;
        if (x + column >= 0 && x + column < width && candidates[next]) strong.push(next);
      }
  }
  return edges;
}

const TAN_22 = Math.tan(Math.PI / 8);
const TAN_67 = Math.tan((3 * Math.PI) / 8);

/** Whether the gradient is larger here than on both sides, in its own direction rounded to 45°. */
function isCrest(
  x: number,
  y: number,
  size: number,
  dx: number,
  dy: number,
  at: (x: number, y: number) => number,
): boolean {
  const [ax, ay] = [Math.abs(dx), Math.abs(dy)];
  if (ay < ax * TAN_22) return size > at(x - 1, y) && size >= at(x + 1, y);
  if (ay > ax * TAN_67) return size > at(x, y - 1) && size >= at(x, y + 1);
  const side = dx < 0 !== dy < 0 ? -1 : 1;
  return size > at(x - side, y - 1) && size > at(x + side, y + 1);
}

/** Steps of a distance measured on the grid (Borgefors 1986): straight, diagonal, knight's move. */
const STEPS = [
  [-1, 0, 1],
  [0, -1, 1],
  [-1, -1, 1.4],
  [1, -1, 1.4],
  [-1, -2, 2.1969],
  [1, -2, 2.1969],
  [-2, -1, 2.1969],
  [2, -1, 2.1969],
] as const;

/** Each pixel's distance in pixels from the nearest edge, within a few per cent. */
export function distances(edges: Uint8Array, width: number): Float32Array {
  const height = edges.length / width;
  // Two pixels of margin, so that no step leaves the array.
  const wide = width + 4;
  const result = new Float32Array(wide * (height + 4)).fill(1e4);
  const row = (y: number) => (y + 2) * wide + 2;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (edges[y * width + x]) result[row(y) + x] = 0;
  const offsets = STEPS.map(([dx, dy]) => dy * wide + dx);
  const lengths = STEPS.map(([, , length]) => length);
  const relax = (i: number, direction: 1 | -1) => {
    let least = result[i]!;
    for (let k = 0; k < offsets.length; k++)
      least = Math.min(least, result[i + direction * offsets[k]!]! + lengths[k]!);
    result[i] = least;
  };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) relax(row(y) + x, 1);
  for (let y = height - 1; y >= 0; y--) for (let x = width - 1; x >= 0; x--) relax(row(y) + x, -1);
  return new Float32Array(edges.length).map(
    (_, i) => result[row(Math.floor(i / width)) + (i % width)]!,
  );
}

/** Spreads the grey levels so that each is about as frequent as any other. */
export function equalized(layer: Raster): Raster {
  const counts = new Uint32Array(256);
  for (const value of layer.data) counts[value]!++;
  const darkest = counts.findIndex((count) => count > 0);
  const others = layer.data.length - counts[darkest]!;
  if (others === 0) return layer;
  const levels = new Float32Array(256);
  let below = 0;
  for (let level = darkest + 1; level < 256; level++) {
    below += counts[level]!;
    levels[level] = roundHalfEven(Math.fround(below * Math.fround(255 / others)));
  }
  return mapped(layer, (value) => levels[inside(value, 256, 'nearest')]!);
}
