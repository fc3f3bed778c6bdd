import { TableError } from '../errors';

/** The type of a column's values, as danfo and Arrow call it. `id` is int32 or string, by its values. */
export type ColumnType = 'int32' | 'float64' | 'string' | 'boolean' | 'id';

/** One column of a table: its type, its meaning, and whether every table of the kind has it. */
export interface Column<Value = unknown, Optional extends boolean = boolean> {
  /** The type of its values. */
  readonly type: ColumnType;
  /** A sentence for the reference page. */
  readonly doc: string;
  /** Unit and range, as `share 0–1`; absent for names and truth values. */
  readonly unit?: string;
  /** Whether tables of the kind may lack it. */
  readonly optional: Optional;
  /** The only values there are, of a column of names. */
  readonly choices?: readonly string[];
  /** Never set: it carries the type of the values. */
  readonly value?: Value;
}

/** Columns by name, in the table's order. */
export type Columns = Readonly<Record<string, Column>>;

/** A kind of table. Its rows, its frame, its checks and its reference page derive from this. */
export interface Schema<C extends Columns = Columns> {
  /** The cell that makes such tables. */
  readonly name: string;
  /** The subject of one row. */
  readonly row: string;
  /** The columns by name, in the table's order. */
  readonly columns: C;
}

/** The type of a table's rows. */
export type RowOf<S extends Schema> = {
  readonly [Name in keyof S['columns'] as S['columns'][Name] extends Column<unknown, false>
    ? Name
    : never]: S['columns'][Name] extends Column<infer Value> ? Value : never;
} & {
  readonly [Name in keyof S['columns'] as S['columns'][Name] extends Column<unknown, false>
    ? never
    : Name]?: S['columns'][Name] extends Column<infer Value> ? Value : never;
};

/** Whole numbers. */
export const int = (doc: string, unit?: string): Column<number, false> => ({
  type: 'int32',
  doc,
  ...(unit !== undefined && { unit }),
  optional: false,
});

/** Doubles. */
export const double = (doc: string, unit: string): Column<number, false> => ({
  type: 'float64',
  doc,
  unit,
  optional: false,
});

/** Texts. */
export const string = (doc: string): Column<string, false> => ({
  type: 'string',
  doc,
  optional: false,
});

/** Truth values. */
export const boolean = (doc: string): Column<boolean, false> => ({
  type: 'boolean',
  doc,
  optional: false,
});

/** Names of images: whole numbers, or texts. */
export const id = (doc: string): Column<number | string, false> => ({
  type: 'id',
  doc,
  optional: false,
});

/** One of a few names. */
export const oneOf = <const Name extends string>(
  choices: readonly Name[],
  doc: string,
): Column<Name, false> => ({ type: 'string', doc, choices, optional: false });

/** The same column, where not every table has it. */
export const optional = <Value>(column: Column<Value, false>): Column<Value, true> => ({
  ...column,
  optional: true,
});

const schemas: Schema[] = [];

/** Registers a kind of table; {@link rowsOf} tells the registered kinds apart. */
export function defineTable<C extends Columns>(schema: Schema<C>): Schema<C> {
  schemas.push(schema);
  return schema;
}

/** Every kind of table that is loaded, in no particular order. */
export function allTables(): readonly Schema[] {
  return schemas;
}

/** The part of a danfo DataFrame that is read here. */
export interface Frame {
  /** Names. */
  readonly columns: readonly string[];
  /** Rows, each a list of its values. */
  readonly values: unknown;
}

/** A table: its rows as objects, or a danfo DataFrame. */
export type Table<Row> = readonly Row[] | Frame;

/**
 * The rows of a table as objects. A table may have more columns than are asked for.
 *
 * @param reader the cell that reads the table, for messages
 * @param needed the columns that it reads; default: all that every table of the kind has
 * @throws TableError where the table is of another kind, naming both
 */
export function rowsOf<S extends Schema, Name extends keyof RowOf<S> & string = never>(
  reader: string,
  schema: S,
  table: Table<Pick<RowOf<S>, Name>>,
  needed: readonly Name[] = requiredOf(schema) as Name[],
): readonly RowOf<S>[] {
  const rows = checkedObjects(reader, schema, table);
  const columns = 'columns' in table ? table.columns : Object.keys(rows[0] ?? {});
  const isEmptyList = !('columns' in table) && rows.length === 0;
  const missing = isEmptyList ? [] : needed.filter((name) => !columns.includes(name));
  if (missing.length > 0)
    throw new TableError(
      `${reader} takes a table of ${schema.name}; this one is ${kindOf(columns)}: it lacks ` +
        `${missing.join(', ')}.`,
      { expected: schema.name, missing },
    );
  return rows as readonly RowOf<S>[];
}

function checkedObjects(reader: string, schema: Schema, table: unknown): readonly object[] {
  if (Array.isArray(table) || isFrame(table)) return objectsOf(table);
  const what =
    table instanceof Promise
      ? 'a promise: put await before the call that makes the table'
      : typeof table;
  throw new TableError(`${reader} takes a table of ${schema.name}; this is ${what}.`, {
    expected: schema.name,
    missing: requiredOf(schema),
  });
}

/** A table's rows as objects, whatever its kind. */
export function objectsOf(table: Table<object>): readonly Record<string, unknown>[] {
  if (!isFrame(table)) return table as readonly Record<string, unknown>[];
  const { columns } = table;
  return (table.values as unknown[][]).map((values) =>
    Object.fromEntries(columns.map((name, i) => [name, values[i]])),
  );
}

/** Whether a value is a danfo DataFrame, or looks like one here. */
export function isFrame(value: unknown): value is Frame {
  if (typeof value !== 'object' || value === null) return false;
  const { columns, values } = value as Partial<Frame>;
  return Array.isArray(columns) && Array.isArray(values);
}

function requiredOf({ columns }: Schema): string[] {
  return Object.keys(columns).filter((name) => !columns[name]!.optional);
}

/** The kind whose required columns are all here; of several, the one with the most. */
function kindOf(columns: readonly string[]): string {
  const fitting = schemas
    .filter((schema) => requiredOf(schema).every((name) => columns.includes(name)))
    .sort((a, b) => requiredOf(b).length - requiredOf(a).length);
  if (fitting[0]) return `a table of ${fitting[0].name}`;
  return `of no kind known here (its columns: ${columns.join(', ') || 'none'})`;
}
