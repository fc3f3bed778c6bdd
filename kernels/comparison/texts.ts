import type { Difference } from './difference';
import { htmlRows } from './htmlRows';
import { isSameLine } from './numbers';

/** Compares line by line, numbers within the precision of their digits. */
export function textsDiffer(stored: string, run: string): Difference[] {
  return linesDiffer(stored.split('\n'), run.split('\n'), isSameLine).map(
    ({ at, stored, run }) => ({
      place: `line ${at + 1}`,
      ...(stored !== undefined && { stored }),
      ...(run !== undefined && { run }),
    }),
  );
}

/** Compares HTML as text, and names differences as a reader sees them: by row and column of tables. */
export function htmlDiffers(stored: string, run: string): Difference[] {
  const inText = textsDiffer(stored, run);
  if (inText.length === 0) return [];
  const [before, now] = [htmlRows(stored), htmlRows(run)];
  const header = now.find((cells) => cells.length > 1) ?? [];
  const seen = linesDiffer(before, now, isSameRow).flatMap((row) => rowDiffers(row, header));
  // No text differs, so the markup does.
  return seen.length > 0
    ? seen
    : inText.map((difference) => ({ ...difference, place: `markup, ${difference.place}` }));
}

interface Changed<T> {
  readonly at: number;
  readonly stored?: T;
  readonly run?: T;
}

/** Pairs the items that are left once equal ones at both ends are set aside. */
function linesDiffer<T>(
  before: readonly T[],
  now: readonly T[],
  isSame: (one: T | undefined, other: T | undefined) => boolean,
): Changed<T>[] {
  const shorter = Math.min(before.length, now.length);
  let end = 0;
  // Lists of equal length are compared item by item.
  if (before.length !== now.length)
    while (end < shorter && isSame(before.at(-1 - end), now.at(-1 - end))) end++;
  const changed: Changed<T>[] = [];
  for (let at = 0; at < Math.max(before.length, now.length) - end; at++) {
    const stored = at < before.length - end ? before[at] : undefined;
    const run = at < now.length - end ? now[at] : undefined;
    if (isSame(stored, run)) continue;
    changed.push({
      at,
      ...(stored !== undefined && { stored }),
      ...(run !== undefined && { run }),
    });
  }
  return changed;
}

function isSameRow(one: readonly string[] | undefined, other: readonly string[] | undefined) {
  return (
    one?.length === other?.length && (one ?? []).every((cell, i) => isSameLine(cell, other?.[i]))
  );
}

function rowDiffers(
  { at, stored, run }: Changed<readonly string[]>,
  header: readonly string[],
): Difference[] {
  const place = `row ${at + 1}${run && run.length > 1 ? ` (${run[0]})` : ''}`;
  if (!stored || !run || stored.length !== run.length || run.length === 1)
    return [
      {
        place: run && run.length > 1 ? place : `line ${at + 1}`,
        ...(stored && { stored: stored.join(' | ') }),
        ...(run && { run: run.join(' | ') }),
      },
    ];
  return run.flatMap((cell, i) =>
    isSameLine(stored[i], cell)
      ? []
      : [{ place: `${place}, ${columnName(header, i)}`, stored: stored[i]!, run: cell }],
  );
}

function columnName(header: readonly string[], i: number): string {
  return header[i] ? `column ${header[i]}` : `column ${i + 1}`;
}
