import type { Direction } from './direction';

/** All verdicts, the best first. */
export const VERDICTS = ['PASS', 'WARN', 'INCONCLUSIVE', 'BLOCK'] as const;

/** Whether a variant may replace the baseline. */
export type Verdict = (typeof VERDICTS)[number];

/** The limits of a verdict. */
export interface Limits {
  /** Largest p-value that counts as significant. */
  readonly alpha: number;
  /** Largest acceptable loss of top-1, a share. */
  readonly maxDrop: number;
  /** Largest acceptable loss of the recall of a class or a group, a share. */
  readonly maxClassDrop: number;
}

/** A change on all images. */
export interface Change {
  readonly change: number;
  readonly change_low: number;
  readonly change_high: number;
  readonly p_value: number;
}

/** A change on the images of a class or a group. */
export interface PartChange {
  readonly change: number;
  readonly direction: Direction;
  /** Its own limit, in place of `maxClassDrop`. */
  readonly maxDrop?: number;
}

/** The verdict on a change, and on those of all classes and groups. */
export function verdictOf(
  all: Change,
  parts: readonly PartChange[],
  { alpha, maxDrop, maxClassDrop }: Limits,
): Verdict {
  const hurt = parts.filter(({ direction }) => direction === 'hurt');
  const isTooMuch = ({ change, maxDrop: own = maxClassDrop }: PartChange) => change < -own;
  if (all.change_high < -maxDrop || hurt.some(isTooMuch)) return 'BLOCK';
  if (all.change_low < -maxDrop) return 'INCONCLUSIVE';
  if ((all.change < 0 && all.p_value <= alpha) || hurt.length > 0) return 'WARN';
  return 'PASS';
}
