import { groupBy } from '../analysis/groupBy';

export { rowsOf, type Table } from '../analysis/frame';

/** The rows by sparsity, lowest first. */
export function bySparsity<Row extends { readonly sparsity: number }>(
  rows: readonly Row[],
): [sparsity: number, rows: Row[]][] {
  return [...groupBy(rows, (row) => row.sparsity)].sort(([a], [b]) => a - b);
}

/** `90%`; `dense` for 0. */
export function sparsityName(sparsity: number): string {
  return sparsity === 0 ? 'dense' : `${Number((sparsity * 100).toFixed(2))}%`;
}

/** `4`, or `4–6` where they differ. */
export function range(counts: readonly number[]): string {
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  return least === most ? String(least) : `${least}–${most}`;
}

/** To four digits after the point: what a picture and a diff can show. */
export function rounded(value: number): number {
  return Number(value.toFixed(4));
}

/** Null, which draws nothing, where there is no number. */
export function drawable(value: number): number | null {
  return Number.isFinite(value) ? rounded(value) : null;
}

/** A share as per cent, or a difference of shares as percentage points. */
export function percent(share: number): number {
  return rounded(share * 100);
}

/** `gaussian noise` for `gaussian_noise`. */
export function spaced(name: string): string {
  return name.replaceAll('_', ' ');
}
