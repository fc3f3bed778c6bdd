import { variantsOf } from '../analysis/variants';

/** The rows by variant, those of the lowest sparsity first. */
export function byVariant<Row extends { readonly variant: string; readonly sparsity: number }>(
  rows: readonly Row[],
): [variant: string, rows: readonly Row[]][] {
  return variantsOf(rows).map(({ variant, models }) => [variant, models]);
}

/** The baseline that the rows name; all of them, if several. */
export function baselineName(rows: readonly { readonly baseline: string }[]): string {
  return [...new Set(rows.map((row) => row.baseline))].join(', ');
}

/** `4`, or `4–6` where they differ; `0` for none. */
export function range(counts: readonly number[]): string {
  if (counts.length === 0) return '0';
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  return least === most ? String(least) : `${least}–${most}`;
}

/** `30 dense models and 29–30 of each variant`. */
export function modelCount(
  rows: readonly {
    readonly baseline: string;
    readonly n_baseline: number;
    readonly n_variant: number;
  }[],
): string {
  const baseline = range(rows.map((row) => row.n_baseline));
  const variant = range(rows.map((row) => row.n_variant));
  return `${baseline} ${baselineName(rows)} models and ${variant} of each variant`;
}

/** To four digits after the point, which is enough for a picture and keeps diffs short. */
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
