import { PredictionsError } from '../errors';
import type { ImageId } from './predictions';

const REQUIRED_COLUMNS = [
  'sparsity',
  'replicate',
  'image_id',
  'true_class',
  'predicted_class',
] as const;
const OPTIONAL_COLUMNS = ['confidence', 'top5'] as const;

/** All columns that predictions may have. */
export const COLUMNS = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** Lists back to back: list i is `values[offsets[i]]` up to, not including, `values[offsets[i + 1]]`. */
export interface Lists {
  readonly values: ArrayLike<unknown>;
  readonly offsets: ArrayLike<number>;
}

/** A column's values, or its lists. */
export type Column = ArrayLike<unknown> | Lists;

/**
 * Some rows of predictions as they came from a file or from memory: nothing is checked yet. Whoever
 * is handed a table copies what it keeps, as the columns may be gone afterwards.
 */
export interface Table {
  /** Where the rows come from, for messages: a file's path. */
  readonly source: string;
  /** How many rows of the source come before this table's first. */
  readonly offset: number;
  readonly length: number;
  readonly columns: Readonly<Partial<Record<ColumnName, Column>>>;
}

/** An array's bytes, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The error that a value of a table is wrong; rows count from 1, a CSV's header not counted. */
export function wrongValue(
  { source, offset }: Pick<Table, 'source' | 'offset'>,
  row: number,
  column: string,
  what: string,
): never {
  const place = `${source}, row ${offset + row + 1}, column ${column}`;
  throw new PredictionsError(`${place}: ${what}`);
}

/** Throws unless the columns that every table has are among `names`. */
export function requireColumns(source: string, names: readonly string[]): void {
  for (const name of REQUIRED_COLUMNS)
    if (!names.includes(name))
      throw new PredictionsError(
        `${source}: there is no column ${name}. Found ${names.join(', ') || 'no columns'}; ` +
          `expected ${REQUIRED_COLUMNS.join(', ')}, and if you like ${OPTIONAL_COLUMNS.join(', ')}.`,
      );
}

/** A column of whole numbers, of 32 bits, from `smallest` on; without a copy where it holds int32. */
export function integers(table: Table, name: ColumnName, smallest?: 0): Int32Array {
  const column = single(table, name);
  const fail = (row: number): never =>
    wrongValue(table, row, name, `expected ${wholeNumber(smallest)}, found ${show(column[row])}.`);
  const result = toInt32(column, fail);
  if (smallest === 0) for (let row = 0; row < result.length; row++) if (result[row]! < 0) fail(row);
  return result;
}

/** A column of numbers; without a copy where it holds float64. What is no number becomes NaN. */
export function numbers(table: Table, name: ColumnName): Float64Array {
  const column = single(table, name);
  if (column instanceof Float64Array) return column;
  // What was 0.9 before it was stored in 32 bits is 0.9 again: 7 digits name a float32.
  const parse =
    column instanceof Float32Array
      ? (value: unknown) => Number(toNumber(value).toPrecision(7))
      : toNumber;
  const result = new Float64Array(column.length);
  for (let row = 0; row < result.length; row++)
    result[row] =
      row > 0 && column[row] === column[row - 1] ? result[row - 1]! : parse(column[row]);
  return result;
}

/** A column of image ids: names, or whole numbers that a double can hold. */
export function identifiers(table: Table, name: ColumnName): ArrayLike<ImageId> {
  const column = single(table, name);
  if (column instanceof Int32Array) return column;
  const values = column instanceof BigInt64Array ? toFloat64(column) : column;
  for (let row = 0; row < values.length; row++) {
    const id = values[row];
    if (typeof id === 'string' ? id === '' : !Number.isSafeInteger(id))
      wrongValue(
        table,
        row,
        name,
        `expected a whole number or a name, found ${show(column[row])}.`,
      );
  }
  return values as ArrayLike<ImageId>;
}

/** A column of lists of classes, all of one length of at most `longest`: [rows × length]. */
export function classLists(table: Table, name: ColumnName, longest: number): Int32Array {
  const column = table.columns[name]!;
  const { values, offsets } = 'offsets' in column ? column : backToBack(column);
  const start = offsets[0]!;
  const width = offsets[1]! - start;
  for (let row = 0; row < table.length; row++) {
    const length = offsets[row + 1]! - offsets[row]!;
    if (length !== width || width < 1 || width > longest)
      wrongValue(
        table,
        row,
        name,
        `expected a list of ${longest} classes, best first (fewer where the model knows fewer, ` +
          `but of one length), found ${length}.`,
      );
  }
  const fail = (i: number): never =>
    wrongValue(
      table,
      Math.floor((i - start) / width),
      name,
      `expected a list with ${wholeNumber(0)} at each place, found ${show(values[i])}.`,
    );
  const classes = toInt32(values, fail).subarray(start, start + table.length * width);
  for (let i = 0; i < classes.length; i++) if (classes[i]! < 0) fail(start + i);
  return classes;
}

/** Lists, or their text (`[1, 2, 3]`, `1 2 3`), one after the other. */
function backToBack(column: ArrayLike<unknown>): Lists {
  const values: unknown[] = [];
  const offsets = new Int32Array(column.length + 1);
  for (let row = 0; row < column.length; row++) {
    const cell = column[row];
    const list = typeof cell === 'string' ? cell.match(/[^\s,;[\]()]+/g) : cell;
    if (isList(list)) for (let i = 0; i < list.length; i++) values.push(list[i]);
    offsets[row + 1] = values.length;
  }
  return { values, offsets };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value;
}

function single(table: Table, name: ColumnName): ArrayLike<unknown> {
  const column = table.columns[name]!;
  if ('offsets' in column) wrongValue(table, 0, name, 'expected a single value, found a list.');
  return column;
}

function toInt32(column: ArrayLike<unknown>, fail: (index: number) => never): Int32Array {
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

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function wholeNumber(smallest?: 0): string {
  return smallest === 0 ? 'a class (a whole number, counted from 0)' : 'a whole number';
}

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  return typeof value === 'string' ? `'${value}'` : String(value);
}
