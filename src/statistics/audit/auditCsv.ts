import Papa from 'papaparse';
import { type Audit, type AuditClassRow, auditClassTable } from './audit';

const COLUMNS = Object.keys(auditClassTable.columns) as (keyof AuditClassRow)[];

/** The classes and groups of an audit as CSV; `by` is `class` or the group's name. */
export function auditCsv({ variants }: Audit): string {
  const rows = variants.flatMap(({ classes, groups }) =>
    [['class', classes] as const, ...Object.entries(groups)].flatMap(([by, ofPart]) =>
      ofPart.map((row) => [by, ...COLUMNS.map((name) => safe(row[name]))]),
    ),
  );
  return `${Papa.unparse([['by', ...COLUMNS], ...rows])}\n`;
}

/** A cell that a spreadsheet does not take for a formula. */
function safe(value: unknown): unknown {
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
}
