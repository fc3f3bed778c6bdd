import type { Change, Limits, PartChange } from '../analysis/verdict';
import { points } from './wording';

/** A reason of a verdict. */
export interface Reason {
  /** What it is about: `top-1`, or a class or group as `class cat` and `sex f`. */
  readonly subject: string;
  /** Whether it alone blocks, leaves open, or warns. */
  readonly verdict: 'BLOCK' | 'INCONCLUSIVE' | 'WARN';
  /** A sentence. */
  readonly text: string;
}

/** A change of a class or a group, with its names. */
export interface NamedPart extends PartChange {
  /** `class`, or the group's name. */
  readonly by: string;
  readonly class: number;
  readonly class_name?: string;
  readonly p_adjusted: number;
  readonly maxDrop: number;
}

const GRAVITY = ['BLOCK', 'INCONCLUSIVE', 'WARN'];

/** Why `verdictOf` says what it says, the gravest first. */
export function reasonsOf(
  all: Change,
  parts: readonly NamedPart[],
  { alpha, maxDrop }: Limits,
  measure: 'top-1' | 'agreement',
): Reason[] {
  const reasons: Reason[] = [];
  const limit = points(maxDrop);
  if (all.change_high < -maxDrop)
    reasons.push({
      ...{ subject: measure, verdict: 'BLOCK' },
      text: `The whole interval of the change of ${measure} lies below −${limit} points.`,
    });
  else if (all.change_low < -maxDrop)
    reasons.push({
      ...{ subject: measure, verdict: 'INCONCLUSIVE' },
      text: `The interval of the change of ${measure} reaches below −${limit} points; more images would tell.`,
    });
  else if (all.change < 0 && all.p_value <= alpha)
    reasons.push({
      ...{ subject: measure, verdict: 'WARN' },
      text: `${measure === 'top-1' ? 'Top-1' : 'Agreement'} falls by more than chance (p = ${all.p_value.toPrecision(2)}), within ${limit} points.`,
    });
  for (const part of parts.filter(({ direction }) => direction === 'hurt')) {
    const isTooMuch = part.change < -part.maxDrop;
    const name = part.class_name ?? String(part.class);
    reasons.push({
      subject: `${part.by} ${name}`,
      verdict: isTooMuch ? 'BLOCK' : 'WARN',
      text:
        `The recall of ${part.by} ${name} falls by ${points(-part.change)} points, more than chance ` +
        `(adjusted p = ${part.p_adjusted.toPrecision(2)})` +
        (isTooMuch
          ? ` and more than ${points(part.maxDrop)}.`
          : `, within ${points(part.maxDrop)}.`),
    });
  }
  return reasons.sort((a, b) => GRAVITY.indexOf(a.verdict) - GRAVITY.indexOf(b.verdict));
}
