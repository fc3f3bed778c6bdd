import { linkTo, type Places } from './links';
import { code, page, table } from './markdown';
import type { TableSchema } from './tables';

/** All kinds of tables with their columns. */
export function tablesPage(schemas: readonly TableSchema[], places: Places): string {
  return page(
    '# Tables',
    '[Reference](README.md)',
    'The cells of `selective-brain-damage` give tables as danfo data frames with these columns; those of ' +
      '`selective-brain-damage-statistics` give the same rows as plain objects. A table may have ' +
      'more columns than the cell that takes it reads.',
    ...schemas.flatMap((schema) => [
      `## ${schema.name}`,
      `${schema.row} Made by ${linkTo(schema.name, places)}.`,
      columnsTable(schema),
    ]),
  );
}

/** The columns of a table: name, type, unit and meaning of each. */
export function columnsTable({ columns }: TableSchema): string {
  return table(
    ['column', 'type', 'unit', 'meaning'],
    Object.entries(columns).map(([name, { type, unit = '', doc, optional, choices }]) => [
      code(name) + (optional ? ' (optional)' : ''),
      type === 'id' ? '`int32` or `string`' : code(type),
      unit,
      choices ? `${doc} One of ${choices.map(code).join(', ')}.` : doc,
    ]),
  );
}
