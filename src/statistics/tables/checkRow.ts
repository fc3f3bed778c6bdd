import { nearest } from '../nearest';
import { shown } from '../options';
import type { Column, RowOf, Schema } from './schema';

/**
 * Checks a row of a table that was read from JSON, where null stands for NaN.
 *
 * @returns the row, or a sentence that says what is wrong with it
 */
export function rowOfJson<S extends Schema>(schema: S, json: unknown): RowOf<S> | string {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return `found ${shown(json)}, expected an object with ${Object.keys(schema.columns).join(', ')}`;
  const { columns } = schema;
  for (const name of Object.keys(json))
    if (!Object.hasOwn(columns, name)) return unknown(name, schema);
  const row: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(columns)) {
    const value = (json as Record<string, unknown>)[name];
    if (value === undefined && column.optional) continue;
    const read = value === null && column.type === 'float64' ? Number.NaN : value;
    if (!accepts(column, read)) return wrong(name, column, value);
    row[name] = read;
  }
  return row as RowOf<S>;
}

function accepts({ type, choices }: Column, value: unknown): boolean {
  if (choices) return choices.includes(value as string);
  if (type === 'id') return typeof value === 'string' || Number.isSafeInteger(value);
  if (type === 'int32') return ((value as number) | 0) === value;
  if (type === 'float64') return Number.isFinite(value) || Number.isNaN(value);
  return typeof value === type;
}

const EXPECTED = {
  int32: 'a whole number',
  float64: 'a number or null',
  string: 'a string',
  boolean: 'true or false',
  id: 'a whole number or a string',
} as const;

function wrong(name: string, { type, choices }: Column, value: unknown): string {
  const expected = choices ? `one of ${choices.join(', ')}` : EXPECTED[type];
  return value === undefined
    ? `lacks ${name}, expected ${expected}`
    : `${name} is ${shown(value)}, expected ${expected}`;
}

function unknown(name: string, { columns }: Schema): string {
  const near = nearest(name, Object.keys(columns));
  return `has ${name}, which is no column${near === undefined ? '' : `; did you mean ${near}?`}`;
}
