/** The meaning of single cells in other people's tables, and their form in messages. */

/** Texts of pandas for a missing value, besides the empty cell; they are no names of anything. */
const MISSING = ['', 'nan', 'NaN', '<NA>'];
/** R's as well. A class or a group may have this name, a variant does not. */
const MISSING_VARIANT = [...MISSING, 'NA'];
/** Texts of other programs, which may be names and never are numbers. */
const MISSING_NUMBER = [...MISSING_VARIANT, 'N/A', 'None', 'null', 'NULL'];

/** Whether a cell has no value. */
export function isMissing(value: unknown): boolean {
  return isOneOf(MISSING, value);
}

/** Whether a cell names no variant. */
export function isMissingVariant(value: unknown): boolean {
  return isOneOf(MISSING_VARIANT, value);
}

/** Whether a cell that may lack a number has none. */
export function isMissingNumber(value: unknown): boolean {
  return isOneOf(MISSING_NUMBER, value);
}

function isOneOf(missing: readonly string[], value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'string' ? missing.includes(value.trim()) : Number.isNaN(value);
}

/** The number that a cell holds; NaN where it holds none. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** A name; that of a truth value as pandas writes it to CSV, so that all formats give the same. */
export function toName(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value).trim();
}

const WHOLE_NUMBER = /^(0|-?[1-9]\d*)(\.0+)?$/;
/** 100000 as R writes it. */
const SCIENTIFIC = /^-?[1-9](\.\d+)?e\+\d\d$/;

/** The whole number in a text, or the text itself: `7`, pandas' `7.0`, R's `1e+05`, not `007`. */
export function wholeNumberOr(text: string): string | number {
  if (!WHOLE_NUMBER.test(text) && !SCIENTIFIC.test(text)) return text;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** A guess at the number that was meant by a cell without one. */
export function hint(value: unknown): string {
  if (typeof value !== 'string') return '';
  const percentage = /^\s*([\d.]+)\s*%\s*$/.exec(value)?.[1];
  if (percentage !== undefined) return ` Give ${share(percentage)} for ${value.trim()}.`;
  return /^\s*\d+,\d+\s*$/.test(value) ? ` Write ${value.trim().replace(',', '.')}.` : '';
}

/** A guess at the share that was meant by another number. */
export function percentageHint(value: number): string {
  return value > 1 && value <= 100 ? ` Is it a percentage? Then give ${share(value)}.` : '';
}

/** A percentage as a share, without the digits that dividing adds. */
function share(percentage: string | number): number {
  return Number((Number(percentage) / 100).toPrecision(15));
}

/** A cell, for messages. */
export function show(value: unknown): string {
  if (Number.isNaN(value)) return 'nothing (NaN)';
  if (value === null || value === undefined || value === '') return 'nothing';
  if (ArrayBuffer.isView(value)) return 'bytes instead of text';
  return typeof value === 'string' ? `'${value}'` : String(value);
}
