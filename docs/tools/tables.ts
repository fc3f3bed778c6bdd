import { join } from 'node:path';
import ts from 'typescript-api';
import { ROOT, STATISTICS } from './packages';

/** One column of a table, as its schema describes it. */
export interface ColumnSchema {
  readonly type: string;
  readonly doc: string;
  readonly unit?: string;
  readonly optional: boolean;
  readonly choices?: readonly string[];
}

/** A kind of table. */
export interface TableSchema {
  /** The cell that makes such tables. */
  readonly name: string;
  /** The subject of one row. */
  readonly row: string;
  readonly columns: Readonly<Record<string, ColumnSchema>>;
}

/** All kinds of tables, by name. */
export function tableSchemas(): TableSchema[] {
  require(join(ROOT, STATISTICS.dist, 'index.js'));
  const { allTables } = require(join(ROOT, STATISTICS.dist, 'tables/schema.js')) as {
    allTables(): readonly TableSchema[];
  };
  return [...allTables()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The schema that a row type, `RowOf<typeof schema>`, derives from; undefined for other types. */
export function schemaOfRow(row: ts.Symbol): TableSchema | undefined {
  const declaration = row.declarations?.find(ts.isTypeAliasDeclaration);
  if (!declaration || !ts.isTypeReferenceNode(declaration.type)) return undefined;
  const [schema] = declaration.type.typeArguments ?? [];
  if (!schema || !ts.isTypeQueryNode(schema)) return undefined;
  const compiled = declaration.getSourceFile().fileName.replace(/\.d\.ts$/, '.js');
  const values = require(compiled) as Record<string, unknown>;
  const found = values[schema.exprName.getText()] as Partial<TableSchema> | undefined;
  return found?.columns && found.name ? (found as TableSchema) : undefined;
}

/** The columns of all tables that lack a description, as `table.column`. */
export function columnsWithoutDoc(schemas: readonly TableSchema[]): string[] {
  return schemas.flatMap(({ name, columns }) =>
    Object.entries(columns)
      .filter(([, { doc }]) => doc.trim() === '')
      .map(([column]) => `${name}.${column}`),
  );
}
