import type { Schema } from 'selective-brain-damage-statistics/internal';
import { DataFrame } from '../bundled/danfo';

/** A frame with the columns of a kind of table, and those optional ones that the rows have. */
export function frameOf<Row extends object>(schema: Schema, rows: readonly Row[]): DataFrame {
  const columns = Object.entries(schema.columns)
    .filter(([name, { optional }]) => !optional || rows.some((row) => name in row))
    .map(([name, { type }]) => {
      const values = rows.map((row) => row[name as keyof Row] as unknown);
      return { name, values, dtype: type === 'id' ? dtypeOfIds(values) : type };
    });
  return frameOfColumns(columns, rows.length);
}

/** A frame of rows of no known kind, with the types of their values. */
export function frameOfRows(rows: readonly Readonly<Record<string, unknown>>[]): DataFrame {
  const columns = Object.keys(rows[0] ?? {}).map((name) => {
    const values = rows.map((row) => row[name]);
    return { name, values, dtype: dtypeOf(values) };
  });
  return frameOfColumns(columns, rows.length);
}

interface FrameColumn {
  readonly name: string;
  readonly values: readonly unknown[];
  readonly dtype: string;
}

function frameOfColumns(columns: readonly FrameColumn[], length: number): DataFrame {
  const rows = Array.from({ length }, (_, i) => columns.map(({ values }) => values[i]));
  return new DataFrame(rows, {
    columns: columns.map(({ name }) => name),
    dtypes: columns.map(({ dtype }) => dtype),
  });
}

function dtypeOfIds(values: readonly unknown[]): string {
  if (values.some((value) => typeof value === 'string')) return 'string';
  return values.every((value) => ((value as number) | 0) === value) ? 'int32' : 'float64';
}

function dtypeOf(values: readonly unknown[]): string {
  const [first] = values;
  if (typeof first === 'string' || typeof first === 'boolean') return typeof first;
  return dtypeOfIds(values);
}
