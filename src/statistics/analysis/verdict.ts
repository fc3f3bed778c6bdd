/** Whether a variant may replace the baseline, the best first. */
export const VERDICTS = ['PASS', 'WARN', 'INCONCLUSIVE', 'BLOCK'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** What may be lost, and what counts as significant. */
export interface Limits {
  readonly alpha: number;
  /** Of top-1, a share. */
  readonly maxDrop: number;
  /** Of the recall of a class or a group, a share. */
  readonly maxClassDrop: number;
}

/** A change on all images. */
interface Change {
  readonly change: number;
  readonly change_low: number;
  readonly change_high: number;
  readonly p_value: number;
}

/** A change on the images of a class or a group. */
interface PartChange {
  readonly change: number;
  readonly direction: 'hurt' | 'helped' | 'none';
}

/** The verdict on a change, and on those of all classes and groups. */
export function verdictOf(
  all: Change,
  parts: readonly PartChange[],
  { alpha, maxDrop, maxClassDrop }: Limits,
): Verdict {
  const hurt = parts.filter(({ direction }) => direction === 'hurt');
  if (all.change_high < -maxDrop || hurt.some(({ change }) => change < -maxClassDrop))
    return 'BLOCK';
  if (all.change_low < -maxDrop) return 'INCONCLUSIVE';
  if ((all.change < 0 && all.p_value <= alpha) || hurt.length > 0) return 'WARN';
  return 'PASS';
}
