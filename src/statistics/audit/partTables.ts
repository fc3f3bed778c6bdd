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
 * The tables of a model that are worth showing: its groups, and before them its classes, unless there are groups
 * and most classes have too few images.
 */
export function partTables({ classes, groups }: AuditedModel): PartTable[] {
  const tables = Object.entries(groups).map(([by, rows]) => ({ by, rows }));
  const enough = classes.filter(({ n_images }) => n_images >= ENOUGH).length;
  const showsClasses = tables.length === 0 || enough >= classes.length / 2;
  return showsClasses ? [{ by: 'class', rows: classes }, ...tables] : tables;
}
