import { memoize } from './memoize';
import type { Raster } from './raster';

/**
 * Which pixel stands for one beyond the edge: the last one (`nearest`), the mirror image with the
 * edge pixel twice (`reflect`, `cba|abc`) or once (`mirror`, `cb|abc`).
 */
export type Edge = 'nearest' | 'reflect' | 'mirror';

/** Index `i` of an axis of `size` pixels, brought inside. */
export function inside(i: number, size: number, edge: Edge): number {
  if (i >= 0 && i < size) return i;
  if (edge === 'nearest' || size === 1) return i < 0 ? 0 : size - 1;
  const period = edge === 'reflect' ? 2 * size : 2 * size - 2;
  const at = ((i % period) + period) % period;
  return at < size ? at : (edge === 'reflect' ? 2 * size - 1 : 2 * size - 2) - at;
}

/** Of one output pixel along an axis: input pixels from `first` on, and their weights. */
export interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Gathers weights of pixels, which may lie beyond the edge or be named twice. */
export function tapsOf(
  positions: readonly number[],
  weights: ArrayLike<number>,
  size: number,
  edge: Edge,
): Taps {
  const at = positions.map((position) => inside(position, size, edge));
  const first = Math.min(...at);
  const gathered = new Float64Array(Math.max(...at) - first + 1);
  at.forEach((index, i) => {
    gathered[index - first]! += weights[i]!;
  });
  return { first, weights: gathered };
}

/** A linear filter that works along each axis apart; one {@link Taps} per output row and column. */
export function separable(raster: Raster, rows: readonly Taps[], columns: readonly Taps[]): Raster {
  const { width, channels } = raster;
  const length = width * channels;
  // Doubles, since floats would have to be converted before every addition.
  const data = new Float64Array(raster.data);
  const result = new Float32Array(rows.length * columns.length * channels);
  const mixed = new Float64Array(length);
  let to = 0;
  for (const row of rows) {
    mixed.fill(0);
    addRows(mixed, data, row);
    for (const { first, weights } of columns)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let k = 0;
        let from = first * channels + c;
        for (; k + 3 < weights.length; k += 4, from += 4 * channels)
          sum +=
            weights[k]! * mixed[from]! +
            weights[k + 1]! * mixed[from + channels]! +
            (weights[k + 2]! * mixed[from + 2 * channels]! +
              weights[k + 3]! * mixed[from + 3 * channels]!);
        for (; k < weights.length; k++, from += channels) sum += weights[k]! * mixed[from]!;
        result[to++] = sum;
      }
  }
  return { width: columns.length, height: rows.length, channels, data: result };
}

/** Adds up whole rows, four at a time, whose numbers are adjacent in memory for any filter. */
function addRows(sum: Float64Array, data: Float64Array, { first, weights }: Taps): void {
  const { length } = sum;
  for (let k = 0; k < weights.length; k += 4) {
    const a = (first + k) * length;
    // Beyond the last tap the weight is 0, and any row will do.
    const b = k + 1 < weights.length ? a + length : a;
    const c = k + 2 < weights.length ? b + length : a;
    const d = k + 3 < weights.length ? c + length : a;
    const wa = weights[k]!;
    const wb = weights[k + 1] ?? 0;
    const wc = weights[k + 2] ?? 0;
    const wd = weights[k + 3] ?? 0;
    for (let x = 0; x < length; x++)
      sum[x]! += wa * data[a + x]! + wb * data[b + x]! + wc * data[c + x]! + wd * data[d + x]!;
  }
}

/** A pixel's neighbour and its weight. */
export interface Neighbour {
  readonly dx: number;
  readonly dy: number;
  readonly weight: number;
}

/** Each pixel becomes the weighted sum of its neighbours (a correlation: the kernel is not turned). */
export function correlate(raster: Raster, kernel: readonly Neighbour[], edge: Edge): Raster {
  const reach = reachOf(kernel);
  return weighed(raster, padded(raster, reach, edge), reach, kernel);
}

/**
 * The same for a kernel that is flat along its rows, as a disk is: with sums from the left edge up to
 * each pixel in the place of pixels, only a row's steps from one weight to the next have to be weighed.
 */
export function correlateFlat(raster: Raster, kernel: readonly Neighbour[], edge: Edge): Raster {
  const { channels } = raster;
  const reach = reachOf(kernel) + 1;
  const sums = padded(raster, reach, edge);
  const stride = (raster.width + 2 * reach) * channels;
  for (let i = 0; i < sums.length; i++) if (i % stride >= channels) sums[i]! += sums[i - channels]!;
  const weights = new Map(kernel.map(({ dx, dy, weight }) => [`${dx} ${dy}`, weight]));
  const weightAt = (dx: number, dy: number) => weights.get(`${dx} ${dy}`) ?? 0;
  const steps: Neighbour[] = [];
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      const weight = weightAt(dx, dy) - weightAt(dx + 1, dy);
      if (Math.abs(weight) > NO_STEP) steps.push({ dx, dy, weight });
    }
  return weighed(raster, sums, reach, steps);
}

/** Weights are known to seven digits, and less than 1. */
const NO_STEP = 1e-9;

function reachOf(kernel: readonly Neighbour[]): number {
  return Math.max(...kernel.flatMap(({ dx, dy }) => [Math.abs(dx), Math.abs(dy)]));
}

/** @param source the raster, or sums of it, with `reach` more pixels on every side */
function weighed(
  { width, height, channels }: Raster,
  source: Float64Array,
  reach: number,
  kernel: readonly Neighbour[],
): Raster {
  const stride = (width + 2 * reach) * channels;
  const length = width * channels;
  // In fours; taps of weight 0 fill the last four up.
  const taps = Math.ceil(kernel.length / 4) * 4;
  const weights = new Float64Array(taps);
  const offsets = new Int32Array(taps);
  kernel.forEach(({ dx, dy, weight }, k) => {
    weights[k] = weight;
    offsets[k] = (dy + reach) * stride + (dx + reach) * channels;
  });
  const result = new Float32Array(height * length);
  const sum = new Float64Array(length);
  for (let y = 0; y < height; y++) {
    sum.fill(0);
    for (let k = 0; k < taps; k += 4) addFour(sum, source, y * stride, weights, offsets, k);
    result.set(sum, y * length);
  }
  return { width, height, channels, data: result };
}

/** One row of four neighbours, in a function of its own so that it is compiled as such. */
function addFour(
  sum: Float64Array,
  source: Float64Array,
  row: number,
  weights: Float64Array,
  offsets: Int32Array,
  k: number,
): void {
  const a = row + offsets[k]!;
  const b = row + offsets[k + 1]!;
  const c = row + offsets[k + 2]!;
  const d = row + offsets[k + 3]!;
  const wa = weights[k]!;
  const wb = weights[k + 1]!;
  const wc = weights[k + 2]!;
  const wd = weights[k + 3]!;
  for (let x = 0; x < sum.length; x++)
    sum[x]! +=
      wa * source[a + x]! + wb * source[b + x]! + wc * source[c + x]! + wd * source[d + x]!;
}

/** The raster's numbers with `reach` more pixels on every side. */
function padded(raster: Raster, reach: number, edge: Edge): Float64Array {
  const { width, height, channels, data } = raster;
  const wide = width + 2 * reach;
  const result = new Float64Array(wide * (height + 2 * reach) * channels);
  const columns = Int32Array.from({ length: wide }, (_, x) => inside(x - reach, width, edge));
  let to = 0;
  for (let y = -reach; y < height + reach; y++) {
    const row = inside(y, height, edge) * width;
    for (let x = 0; x < wide; x++) {
      const from = (row + columns[x]!) * channels;
      for (let c = 0; c < channels; c++) result[to++] = data[from + c]!;
    }
  }
  return result;
}

export interface GaussianOptions {
  /** Reach of the kernel, in standard deviations. Default 4. */
  readonly truncate?: number;
  /** Default `nearest`. */
  readonly edge?: Edge;
}

/** Gaussian blur of standard deviation `sigma` pixels. */
export function gaussianBlur(
  raster: Raster,
  sigma: number,
  { truncate = 4, edge = 'nearest' }: GaussianOptions = {},
): Raster {
  const reach = Math.floor(truncate * sigma + 0.5);
  if (reach === 0) return raster;
  const axis = (size: number) => gaussianTaps(size, sigma, reach, edge);
  return separable(raster, axis(raster.height), axis(raster.width));
}

/** Kept for the last few sizes, at up to 2 MB each: images of one set have few sizes. */
const gaussianTaps = memoize(
  8,
  (size: number, sigma: number, reach: number, edge: Edge): readonly Taps[] => {
    const offsets = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
    const kernel = normalized(offsets.map((d) => Math.exp((-0.5 * d * d) / (sigma * sigma))));
    return Array.from({ length: size }, (_, i) =>
      tapsOf(
        offsets.map((d) => i + d),
        kernel,
        size,
        edge,
      ),
    );
  },
);

/** Weights whose sum is 1. */
export function normalized(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Linear interpolation along an axis of `size` pixels, at positions that may lie beyond it. */
export function linearTaps(positions: readonly number[], size: number, edge: Edge): Taps[] {
  return positions.map((position) => {
    const low = Math.floor(position);
    const share = position - low;
    return share === 0
      ? tapsOf([low], [1], size, edge)
      : tapsOf([low, low + 1], [1 - share, share], size, edge);
  });
}

/** Bilinear interpolation at the positions that `at` gives for each pixel. */
export function warp(
  raster: Raster,
  at: (x: number, y: number) => readonly [x: number, y: number],
  edge: Edge,
): Raster {
  const { width, height, channels, data } = raster;
  const result = new Float32Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = at(x, y);
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const [fx, fy] = [fromX - left, fromY - top];
      const x0 = inside(left, width, edge);
      const x1 = inside(left + 1, width, edge);
      const y0 = inside(top, height, edge) * width;
      const y1 = inside(top + 1, height, edge) * width;
      const [a, b] = [(y0 + x0) * channels, (y0 + x1) * channels];
      const [c, d] = [(y1 + x0) * channels, (y1 + x1) * channels];
      for (let i = 0; i < channels; i++)
        result[to++] =
          (1 - fy) * ((1 - fx) * data[a + i]! + fx * data[b + i]!) +
          fy * ((1 - fx) * data[c + i]! + fx * data[d + i]!);
    }
  return { width, height, channels, data: result };
}

/** Half-way cases go to the even neighbour, as Python's and OpenCV's. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * Enlarges the middle of a raster by `factor` bilinearly and cuts it to the old size. First and last
 * pixel of the middle fall on the first and last of the result.
 */
export function zoomed(raster: Raster, factor: number): Raster {
  const axis = (size: number) => {
    const middle = Math.ceil(size / factor);
    const first = Math.floor((size - middle) / 2);
    const enlarged = roundHalfEven(middle * factor);
    const cut = Math.floor((enlarged - size) / 2);
    const step = enlarged > 1 ? (middle - 1) / (enlarged - 1) : 0;
    const positions = Array.from({ length: size }, (_, i) => first + (i + cut) * step);
    return linearTaps(positions, size, 'nearest');
  };
  return separable(raster, axis(raster.height), axis(raster.width));
}
