import { join } from 'node:path';
import sharp from 'sharp';
import type { RgbImage } from '#library/images/rgbImage';
import type { Random } from '#statistics/random';

/** What data/corruptions.py made with the original Python. */
export const GOLDEN = join(__dirname, '..', '..', '..', '..', 'data', 'corruptions');

/** A checked-in picture as 8-bit RGB. */
export async function picture(name: string): Promise<RgbImage> {
  const { data, info } = await sharp(join(GOLDEN, name))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** The numbers 0, 1, 2, … hashed to [0, 1), as the Python script draws them. */
export function hashedNumbers(): Random {
  let next = 0;
  return () => {
    let i = Math.imul(next++, 0x9e3779b9);
    i = Math.imul(i ^ (i >>> 16), 0x85ebca6b);
    i = Math.imul(i ^ (i >>> 13), 0xc2b2ae35);
    return ((i ^ (i >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Upper ends of the bands of spatial frequency, in cycles per pixel. */
const BANDS = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];

/**
 * What a corruption added to an image: its mean, its variance, and the natural logarithm of its mean
 * power in each band.
 */
export function statisticsOf(clean: RgbImage, corrupted: RgbImage): number[] {
  const added = Float64Array.from(corrupted.data, (value, i) => value - clean.data[i]!);
  const mean = added.reduce((sum, value) => sum + value, 0) / added.length;
  const variance = added.reduce((sum, value) => sum + (value - mean) ** 2, 0) / added.length;
  return [mean, variance, ...bandPowers(added, clean.width)];
}

function bandPowers(added: Float64Array, width: number): number[] {
  const side = width > 128 ? 128 : 32;
  const start = (width - side) / 2;
  const power = new Float64Array(side * side);
  for (let c = 0; c < 3; c++) {
    const part = { re: new Float64Array(side * side), im: new Float64Array(side * side) };
    part.re.forEach((_, i) => {
      const [x, y] = [start + (i % side), start + Math.floor(i / side)];
      part.re[i] = added[(y * width + x) * 3 + c]!;
    });
    // Twice the rows, turned in between, are rows and columns; power does not mind the turn.
    const { re, im } = fourierOfRows(turned(fourierOfRows(part, side), side), side);
    for (let i = 0; i < power.length; i++)
      power[i]! += (re[i]! ** 2 + im[i]! ** 2) / 3 / power.length;
  }
  const sums = BANDS.map(() => 0);
  const counts = BANDS.map(() => 0);
  const cycles = (k: number) => (k < side / 2 ? k : k - side) / side;
  for (let i = 1; i < power.length; i++) {
    const frequency = Math.hypot(cycles(i % side), cycles(Math.floor(i / side)));
    const band = BANDS.findIndex((high) => frequency <= high);
    sums[band]! += power[i]!;
    counts[band]!++;
  }
  return sums.map((sum, band) => Math.log(sum / counts[band]! + 1e-9));
}

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function turned({ re, im }: Complex, side: number): Complex {
  const turn = (values: Float64Array) =>
    values.map((_, i) => values[(i % side) * side + Math.floor(i / side)]!);
  return { re: turn(re), im: turn(im) };
}

/** The Fourier transform of each row, from its definition. */
function fourierOfRows({ re, im }: Complex, side: number): Complex {
  const cos = Float64Array.from({ length: side }, (_, k) => Math.cos((2 * Math.PI * k) / side));
  const sin = Float64Array.from({ length: side }, (_, k) => Math.sin((-2 * Math.PI * k) / side));
  const result = { re: new Float64Array(re.length), im: new Float64Array(im.length) };
  for (let row = 0; row < re.length; row += side)
    for (let k = 0; k < side; k++) {
      let [sumRe, sumIm] = [0, 0];
      for (let n = 0, phase = 0; n < side; n++, phase = (phase + k) % side) {
        sumRe += re[row + n]! * cos[phase]! - im[row + n]! * sin[phase]!;
        sumIm += re[row + n]! * sin[phase]! + im[row + n]! * cos[phase]!;
      }
      result.re[row + k] = sumRe;
      result.im[row + k] = sumIm;
    }
  return result;
}
