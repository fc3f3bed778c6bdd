import {
  hint,
  isMissing,
  isMissingNumber,
  isMissingVariant,
  percentageHint,
  show,
  toName,
  toNumber,
  wholeNumberOr,
} from './cells';
import { type Chunk, singleColumn, wrongValue } from './chunk';
import type { ColumnName } from './columnNames';
import type { ImageId } from './predictions';

/** The description of a sparsity, for messages. */
export const SHARE_OF_ZEROS = 'the share of weights that are zero, 0–1';
const SHARE = 'a share, 0–1';
/** Softmax outputs in 32 bits may exceed 1 by rounding. */
const ROUNDING = 1e-6;

/** The values of a column, each undefined where a cell is missing. */
export type Optional<T> = ArrayLike<T | undefined>;

/** The column `replicate`: whole numbers of 32 bits; without a copy where it holds int32. */
export function replicates(chunk: Chunk): Optional<number> {
  const column = singleColumn(chunk, 'replicate');
  const fail = (row: number) =>
    wrongValue(chunk, row, 'replicate', `expected ${INT32}, found ${show(column[row])}.`);
  if (ArrayBuffer.isView(column) && !isFloat(column)) return toInt32(column, fail);
  if (!some(column, isMissingNumber)) return toInt32(column, fail);
  return Array.from(column, (value, row) => {
    if (isMissingNumber(value)) return undefined;
    const number = toNumber(value);
    return (number | 0) === number ? number : fail(row);
  });
}

/** The column `variant`: names. */
export function variants(chunk: Chunk): Optional<string> {
  return mapRuns(singleColumn(chunk, 'variant'), (value) =>
    isMissingVariant(value) ? undefined : toName(value),
  );
}

/** The column `sparsity`; NaN where a cell is missing. */
export function sparsities(chunk: Chunk): Float64Array {
  const column = singleColumn(chunk, 'sparsity');
  if (areShares(column)) return column;
  return numbers(column, (value, row) => {
    if (isMissingNumber(value)) return Number.NaN;
    const number = toNumber(value);
    if (number >= 0 && number <= 1) return number;
    return wrongNumber(chunk, row, 'sparsity', SHARE_OF_ZEROS, value);
  });
}

/** The column `confidence`: shares. */
export function confidences(chunk: Chunk): Float64Array {
  const column = singleColumn(chunk, 'confidence');
  if (areShares(column)) return column;
  return numbers(column, (value, row) => {
    const number = toNumber(value);
    if (number >= 0 && number <= 1 + ROUNDING) return Math.min(1, number);
    return wrongNumber(chunk, row, 'confidence', SHARE, value);
  });
}

/** The column `image_id`: names, or whole numbers; those beyond what a double holds, as their digits. */
export function imageIds(chunk: Chunk): ArrayLike<ImageId> {
  const column = singleColumn(chunk, 'image_id');
  if (column instanceof Int32Array) return column;
  if (column instanceof BigInt64Array) {
    const values = toFloat64(column);
    if (values.every(Number.isSafeInteger)) return values;
  }
  return Array.from(column, (value, row): ImageId => {
    if (typeof value === 'bigint') {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    if (typeof value === 'string' ? isId(value) : Number.isSafeInteger(value))
      return value as ImageId;
    const expected = 'expected a whole number or a name';
    return wrongValue(chunk, row, 'image_id', `${expected}, found ${show(value)}.`);
  });
}

/** Whether a text names an image; even a space does, where a format keeps it. */
function isId(text: string): boolean {
  return !isMissing(text) || (text !== '' && text.trim() === '');
}

/** A column with a value of a group for each image: numbers, or names. */
export function groupValues(chunk: Chunk, name: string): ArrayLike<string | number> {
  const column = singleColumn(chunk, name);
  return mapRuns(column, (value, row) => {
    if (isMissing(value)) wrongValue(chunk, row, name, `expected a value, found ${show(value)}.`);
    if (typeof value === 'number') return value;
    const text = toName(value);
    const number = Number(text);
    return String(number) === text ? number : wholeNumberOr(text);
  });
}

/** The description of a number of 32 bits, for messages. */
export const INT32 = `a whole number of 32 bits (below 2,147,483,648)`;

/** Whole numbers of 32 bits; without a copy where the column holds int32. */
export function toInt32(column: ArrayLike<unknown>, fail: (index: number) => never): Int32Array {
  if (column instanceof Int32Array) return column;
  const result = new Int32Array(column.length);
  if (column instanceof BigInt64Array) {
    const words = halves(column);
    for (let i = 0; i < result.length; i++) {
      const low = words[2 * i]!;
      if (words[2 * i + 1] !== low >> 31) fail(i);
      result[i] = low;
    }
  } else {
    for (let i = 0; i < result.length; i++) {
      const value = toNumber(column[i]);
      if ((value | 0) !== value) fail(i);
      result[i] = value;
    }
  }
  return result;
}

function areShares(column: ArrayLike<unknown>): column is Float64Array {
  return column instanceof Float64Array && column.every((n) => n >= 0 && n <= 1);
}

/** A column's values as numbers; cells that repeat the one before are read once. */
function numbers(
  column: ArrayLike<unknown>,
  read: (value: unknown, row: number) => number,
): Float64Array {
  // A 0.9 that was stored in 32 bits becomes 0.9 again: 7 digits identify a float32.
  const exact =
    column instanceof Float32Array ? (n: number) => Number(n.toPrecision(7)) : undefined;
  const result = new Float64Array(column.length);
  for (let row = 0; row < result.length; row++) {
    const value = column[row];
    if (row > 0 && Object.is(value, column[row - 1])) result[row] = result[row - 1]!;
    else result[row] = read(exact ? exact(value as number) : value, row);
  }
  return result;
}

/** The results of a function for each value; a value that repeats the one before is passed once. */
function mapRuns<T>(column: ArrayLike<unknown>, read: (value: unknown, row: number) => T): T[] {
  const result = new Array<T>(column.length);
  for (let row = 0; row < result.length; row++) {
    const value = column[row];
    result[row] =
      row > 0 && Object.is(value, column[row - 1]) ? result[row - 1]! : read(value, row);
  }
  return result;
}

function wrongNumber(
  chunk: Chunk,
  row: number,
  name: ColumnName,
  expected: string,
  value: unknown,
): never {
  const meant = hint(value) || percentageHint(toNumber(value));
  return wrongValue(chunk, row, name, `expected ${expected}, found ${show(value)}.${meant}`);
}

function some(column: ArrayLike<unknown>, test: (value: unknown) => boolean): boolean {
  return Array.prototype.some.call(column, test);
}

function isFloat(column: ArrayLike<unknown>): boolean {
  return column instanceof Float64Array || column instanceof Float32Array;
}

function toFloat64(column: BigInt64Array): Float64Array {
  const words = halves(column);
  const result = new Float64Array(column.length);
  for (let i = 0; i < result.length; i++)
    result[i] = words[2 * i + 1]! * 2 ** 32 + (words[2 * i]! >>> 0);
  return result;
}

/** The low and high half of every value: pandas' integers, without a bigint object for each. */
function halves(column: BigInt64Array): Int32Array {
  return new Int32Array(column.buffer, column.byteOffset, column.length * 2);
}
