import { closest, distance } from 'fastest-levenshtein';

/** The name that somebody may have meant: the nearest one, unless more than a third of its letters differ. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const near = closest(name, names);
  return distance(name, near) <= Math.max(2, name.length / 3) ? near : undefined;
}
