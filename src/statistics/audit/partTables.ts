import type { AuditClassRow, AuditedModel } from './audit';

/** The rows of the classes, or of a group. */
export interface PartTable {
  /** `class`, or the group's name. */
  readonly by: string;
  readonly rows: readonly AuditClassRow[];
}

/** Images of a class below which its recall says next to nothing. */
const ENOUGH = 10;

/**
 * The tables of a model that say something: groups, and before them the classes where half of these have enough
 * images, or where there is nothing else.
 */
export function partTables({ classes, groups }: AuditedModel): PartTable[] {
  const tables = Object.entries(groups).map(([by, rows]) => ({ by, rows }));
  const enough = classes.filter(({ n_images }) => n_images >= ENOUGH).length;
  const sayMuch = tables.length === 0 || enough >= classes.length / 2;
  return sayMuch ? [{ by: 'class', rows: classes }, ...tables] : tables;
}
