import { DataFrame } from 'danfojs-node';

/** What danfo calls a column's type; numbers are doubles all the same. */
export type ColumnType = 'int32' | 'float32' | 'string' | 'boolean';

/**
 * A frame with the named columns of some rows. Types are given, as danfo would guess them from the
 * first rows, and cannot where there are none.
 */
export function frameOf<Row extends object>(
  rows: readonly Row[],
  columns: { readonly [Name in keyof Row]?: ColumnType },
): DataFrame {
  const names = Object.keys(columns) as (keyof Row & string)[];
  const values = rows.map((row) => names.map((name) => row[name]));
  return new DataFrame(values, { columns: names, dtypes: Object.values(columns) as string[] });
}

/** A danfo DataFrame, as far as it is read here. */
export interface Frame {
  readonly columns: readonly string[];
  readonly values: unknown;
}

/** A table: its rows as objects, or a danfo DataFrame. */
export type Table<Row> = readonly Row[] | Frame;

/** The rows of a table as objects. */
export function rowsOf<Row>(table: Table<Row>): readonly Row[] {
  if (!('columns' in table)) return table;
  const { columns } = table;
  return (table.values as unknown[][]).map(
    (values) => Object.fromEntries(columns.map((name, i) => [name, values[i]])) as Row,
  );
}
