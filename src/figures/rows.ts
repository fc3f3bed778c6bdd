export { rowsOf, type Table } from '../analysis/frame';

/** The rows by sparsity, lowest first. */
export function bySparsity<Row extends { readonly sparsity: number }>(
  rows: readonly Row[],
): [sparsity: number, rows: Row[]][] {
  const levels = new Map<number, Row[]>();
  for (const row of rows) {
    const level = levels.get(row.sparsity);
    if (level) level.push(row);
    else levels.set(row.sparsity, [row]);
  }
  return [...levels].sort(([a], [b]) => a - b);
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
