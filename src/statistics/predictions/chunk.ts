import { PredictionsError } from '../errors';
import type { ColumnName, Constants } from './columnNames';
import type { ImageId } from './predictions';

/** Lists back to back: list i is `values[offsets[i]]` up to, not including, `values[offsets[i + 1]]`. */
export interface Lists {
  readonly values: ArrayLike<unknown>;
  readonly offsets: ArrayLike<number>;
}

/** A column's values, or its lists. */
export type Column = ArrayLike<unknown> | Lists;

/**
 * Some rows of predictions as they came from a file or from memory: nothing is checked yet. Whoever
 * is handed a chunk copies what it keeps, as the columns may be gone afterwards.
 */
export interface Chunk {
  /** Where the rows come from, for messages: a file's path. */
  readonly source: string;
  /** How many rows of the source come before this chunk's first. */
  readonly offset: number;
  readonly length: number;
  /** By our names. */
  readonly columns: ReadonlyMap<string, Column>;
  /** What the source's place says of all its rows. */
  readonly constants: Constants;
  /** Whether a source without replicates is a model of its own. */
  readonly isModel: boolean;
}

/** An array's bytes, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The error that a value is wrong; rows count from 1, a CSV's header not counted. */
export function wrongValue(
  { source, offset }: Pick<Chunk, 'source' | 'offset'>,
  row: number,
  column: string,
  what: string,
): never {
  const place = { file: source, row: offset + row + 1, column };
  throw new PredictionsError(`${source}, row ${place.row}, column ${column}: ${what}`, place);
}

/** A column of whole numbers, of 32 bits; without a copy where it holds int32. */
export function integers(chunk: Chunk, name: ColumnName): Int32Array {
  const column = single(chunk, name);
  return toInt32(column, (row) =>
    wrongValue(chunk, row, name, `expected a whole number, found ${show(column[row])}.`),
  );
}

/** A column of numbers; without a copy where it holds float64. */
export function numbers(chunk: Chunk, name: ColumnName, expected: string): Float64Array {
  const column = single(chunk, name);
  if (column instanceof Float64Array) return column;
  // What was 0.9 before it was stored in 32 bits is 0.9 again: 7 digits name a float32.
  const parse =
    column instanceof Float32Array
      ? (value: unknown) => Number(toNumber(value).toPrecision(7))
      : toNumber;
  const result = new Float64Array(column.length);
  for (let row = 0; row < result.length; row++) {
    result[row] =
      row > 0 && column[row] === column[row - 1] ? result[row - 1]! : parse(column[row]);
    if (Number.isNaN(result[row]) && !Number.isNaN(column[row]))
      wrongValue(
        chunk,
        row,
        name,
        `expected ${expected}, found ${show(column[row])}.${hint(column[row])}`,
      );
  }
  return result;
}

/** A column of names. */
export function names(chunk: Chunk, name: string): ArrayLike<string> {
  const column = single(chunk, name);
  const result = new Array<string>(column.length);
  for (let row = 0; row < result.length; row++) {
    const value = column[row];
    if (row > 0 && value === column[row - 1]) result[row] = result[row - 1]!;
    else {
      const text = value === null || value === undefined ? '' : String(value).trim();
      if (text === '') wrongValue(chunk, row, name, 'expected a name, found nothing.');
      result[row] = text;
    }
  }
  return result;
}

/** A column of what a group says of its images: names, or numbers. */
export function groupValues(chunk: Chunk, name: string): ArrayLike<string | number> {
  const column = single(chunk, name);
  if (ArrayBuffer.isView(column) && !(column instanceof BigInt64Array))
    return column as unknown as ArrayLike<number>;
  return Array.from(names(chunk, name), (text, row) =>
    typeof column[row] === 'string' ? text : Number(text),
  );
}

/** A column of image ids: names, or whole numbers; those beyond what a double holds, as their digits. */
export function identifiers(chunk: Chunk, name: ColumnName): ArrayLike<ImageId> {
  const column = single(chunk, name);
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
    if (typeof value === 'string' ? value !== '' : Number.isSafeInteger(value))
      return value as ImageId;
    return wrongValue(chunk, row, name, `expected a whole number or a name, found ${show(value)}.`);
  });
}

/** Classes as a file has them: all by number, or all by name. */
export type ClassColumn = Int32Array | readonly string[];

/** Whether classes are told by their names. */
export function areNames(classes: ClassColumn): classes is readonly string[] {
  return !(classes instanceof Int32Array);
}

/** A column of classes: numbers from 0 or, where one is a word, names. */
export function classes(chunk: Chunk, name: ColumnName): ClassColumn {
  const column = single(chunk, name);
  return toClasses(column, (row) =>
    wrongValue(chunk, row, name, `expected ${A_CLASS}, found ${show(column[row])}.`),
  );
}

/**
 * A column of lists of classes, best first, all of one length of at most `longest`: the lists back to
 * back.
 */
export function classLists(chunk: Chunk, name: ColumnName, longest: number): ClassColumn {
  const column = columnOf(chunk, name);
  const { values, offsets } = 'offsets' in column ? column : backToBack(column);
  const start = offsets[0]!;
  const width = offsets[1]! - start;
  for (let row = 0; row < chunk.length; row++) {
    const length = offsets[row + 1]! - offsets[row]!;
    if (length !== width || width < 1 || width > longest)
      wrongValue(
        chunk,
        row,
        name,
        `expected a list of ${longest} classes, best first (fewer where the model knows fewer, ` +
          `but of one length), found ${length}.`,
      );
  }
  const end = start + chunk.length * width;
  const used =
    start === 0 && values.length === end ? values : Array.prototype.slice.call(values, start, end);
  return toClasses(used, (i) =>
    wrongValue(
      chunk,
      Math.floor(i / width),
      name,
      `expected a list with ${A_CLASS} at each place, found ${show(used[i])}.`,
    ),
  );
}

const A_CLASS = 'a class (a whole number from 0, or a name)';
const NUMERAL = /^\d+(\.0+)?$/;

function toClasses(column: ArrayLike<unknown>, fail: (index: number) => never): ClassColumn {
  const isNamed =
    !ArrayBuffer.isView(column) && Array.prototype.some.call(column, (value) => isName(value));
  if (isNamed)
    return Array.from(column, (value, i) => {
      if (isName(value)) return value.trim();
      const number = toNumber(value);
      return Number.isInteger(number) && number >= 0 ? String(number) : fail(i);
    });
  const result = toInt32(column, fail);
  for (let i = 0; i < result.length; i++) if (result[i]! < 0) fail(i);
  return result;
}

/** A class that is told by a word. What looks like a number is one, right or wrong. */
function isName(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const text = value.trim();
  return text !== '' && !NUMERAL.test(text) && Number.isNaN(Number(text));
}

/** Lists, or their text (`[1, 2, 3]`, `1 2 3`), one after the other. */
function backToBack(column: ArrayLike<unknown>): Lists {
  const values: unknown[] = [];
  const offsets = new Int32Array(column.length + 1);
  for (let row = 0; row < column.length; row++) {
    const cell = column[row];
    const list = typeof cell === 'string' ? listOf(cell) : cell;
    if (isList(list)) for (let i = 0; i < list.length; i++) values.push(list[i]);
    offsets[row + 1] = values.length;
  }
  return { values, offsets };
}

/** The items of `[1, 2, 3]`, `1 2 3` or `['tiger cat', "lynx"]`. */
function listOf(text: string): readonly string[] {
  const items = text.match(/'[^']*'|"[^"]*"|[^\s,;[\]()]+/g) ?? [];
  return items.map((item) => item.replace(/^(['"])(.*)\1$/, '$2'));
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value;
}

/** A column of the chunk; what its place says, for every row. */
function columnOf(chunk: Chunk, name: string): Column {
  return chunk.columns.get(name) ?? Array<string>(chunk.length).fill(chunk.constants[name]!);
}

/** Whether rows have a value of this name. */
export function has(chunk: Chunk, name: string): boolean {
  return chunk.columns.has(name) || chunk.constants[name] !== undefined;
}

function single(chunk: Chunk, name: string): ArrayLike<unknown> {
  const column = columnOf(chunk, name);
  if ('offsets' in column) wrongValue(chunk, 0, name, 'expected a single value, found a list.');
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

/** What a cell that is no number may have meant. */
function hint(value: unknown): string {
  if (typeof value !== 'string') return '';
  const percentage = /^\s*([\d.]+)\s*%\s*$/.exec(value)?.[1];
  if (percentage !== undefined) return ` Give ${Number(percentage) / 100} for ${value.trim()}.`;
  return /^\s*\d+,\d+\s*$/.test(value) ? ` Write ${value.trim().replace(',', '.')}.` : '';
}

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  return typeof value === 'string' ? `'${value}'` : String(value);
}
