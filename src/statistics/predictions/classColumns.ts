import { isMissing, show, toName, toNumber } from './cells';
import { type Chunk, columnOf, type Lists, singleColumn, wrongValue } from './chunk';
import type { ColumnName } from './columnNames';
import { toInt32 } from './columnValues';

/** Classes as a file has them: all by number, or all by name. */
export type ClassColumn = Int32Array | readonly string[];

const A_CLASS = 'a class (a whole number from 0, or a name)';

/** Whether a column gives classes by their names. */
export function areNames(classes: ClassColumn): classes is readonly string[] {
  return !(classes instanceof Int32Array);
}

/**
 * A column of classes: numbers from 0 or, where one is a word, names.
 *
 * @param most numbers have to be below it: tables have a row for each class up to the largest
 */
export function classes(chunk: Chunk, name: ColumnName, most: number): ClassColumn {
  const column = singleColumn(chunk, name);
  return toClasses(column, most, (row) =>
    wrongValue(
      chunk,
      row,
      name,
      tooLarge(column[row], most) ?? `expected ${A_CLASS}, found ${show(column[row])}.`,
    ),
  );
}

/** The problem of a number of a class that is not below the limit. */
function tooLarge(value: unknown, most: number): string | undefined {
  if (!(toNumber(value) >= most)) return undefined;
  return (
    `expected a class below ${most}, found ${show(value)}. Is it an id of something else? Where there are so ` +
    'many classes, give a larger limit: { limits: { classes: … } }.'
  );
}

/**
 * A column of lists of classes, best first, all of one length of at most `longest`: the lists back to
 * back.
 */
export function classLists(
  chunk: Chunk,
  name: ColumnName,
  longest: number,
  most: number,
): ClassColumn {
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
  return toClasses(used, most, (i) =>
    wrongValue(
      chunk,
      Math.floor(i / width),
      name,
      tooLarge(used[i], most) ??
        `expected a list with ${A_CLASS} at each place, found ${show(used[i])}.`,
    ),
  );
}

function toClasses(
  column: ArrayLike<unknown>,
  most: number,
  fail: (index: number) => never,
): ClassColumn {
  const isNamed = !ArrayBuffer.isView(column) && Array.prototype.some.call(column, isName);
  if (isNamed)
    return Array.from(column, (value, i) => {
      if (isName(value)) return toName(value);
      const number = toNumber(value);
      return Number.isInteger(number) && number >= 0 ? String(number) : fail(i);
    });
  const result = toInt32(column, fail);
  // Negative numbers are beyond 2 ** 31 when they are taken for unsigned ones.
  for (let i = 0; i < result.length; i++) if (result[i]! >>> 0 >= most) fail(i);
  return result;
}

/** Whether a cell gives a class by its name: a word, `007`, or a truth value. */
function isName(value: unknown): boolean {
  if (typeof value !== 'string') return typeof value === 'boolean';
  return Number.isNaN(Number(value)) ? !isMissing(value) : /^\s*0\d+\s*$/.test(value);
}

/** Lists, or their text, one after the other. */
function backToBack(column: ArrayLike<unknown>): Lists {
  const values: unknown[] = [];
  const offsets = new Int32Array(column.length + 1);
  for (let row = 0; row < column.length; row++) {
    const cell = column[row];
    const list = typeof cell === 'string' ? itemsOf(cell) : cell;
    if (isList(list)) for (let i = 0; i < list.length; i++) values.push(list[i]);
    offsets[row + 1] = values.length;
  }
  return { values, offsets };
}

/**
 * The items of a list's text: `[1, 2, 3]`, `1 2 3`, `1|2|3`, `{cat,dog}`, `['tiger cat', "lynx"]` or
 * DuckDB's `[tiger cat, lynx]`.
 */
function itemsOf(text: string): readonly string[] {
  const inner = text.replace(/^\s*[[({]|[\])}]\s*$/g, '');
  const separator = /[,;|]/.test(inner.replace(QUOTED, '')) ? ',;|' : '\\s';
  const item = new RegExp(`\\s*(?:${QUOTED.source}|([^${separator}]+))`, 'g');
  return [...inner.matchAll(item)]
    .map(
      ([, single, double, plain]) => plain?.trim() ?? (single ?? double!).replace(/\\(.)/g, '$1'),
    )
    .filter((name) => name !== '');
}

/** Quotes between separators; an apostrophe within a name is none. */
const QUOTED = /(?<=^|[\s,;|])(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")(?=$|[\s,;|])/g;

function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value;
}
