import { OptionError } from 'selective-brain-damage-statistics';
import { CLEAN } from 'selective-brain-damage-statistics/internal';
import type { ImageDataset } from '../datasets/imageDataset';
import type { ShiftedSet } from '../datasets/shiftedSet';
import type { Network } from '../models/network';
import { checkTakes } from './answers';

/**
 * All sets of an evaluation, the clean one first.
 *
 * @throws OptionError where a severity is not 0–5, or two sets have one name and severity
 */
export function allSets(
  clean: ImageDataset,
  shifted: ShiftedSet | readonly ShiftedSet[],
): ShiftedSet[] {
  const sets = [{ corruption: CLEAN, severity: 0, data: clean }, ...[shifted].flat()];
  const names = new Set<string>();
  for (const set of sets) {
    const { severity } = set;
    const name = nameOfSet(set);
    const fail = (problem: string) => {
      throw new OptionError(`shifted: ${name}${problem}`, { option: 'shifted', value: set });
    };
    if (!Number.isInteger(severity) || severity < 0 || severity > 5)
      fail('; expected 1–5, or 0 for a set that has none.');
    if (names.has(name)) fail(' appears twice; expected a name for each set.');
    names.add(name);
  }
  return sets;
}

/** A set's name in messages. */
export function nameOfSet(set: Pick<ShiftedSet, 'corruption' | 'severity'>): string {
  return `${set.corruption}, severity ${set.severity}`;
}

/** @throws OptionError naming the first set whose images or classes a network does not have */
export function checkFits(network: Network, sets: readonly ShiftedSet[]): void {
  for (const set of sets)
    try {
      checkTakes(network, set.data);
    } catch (cause) {
      throw new OptionError(`${nameOfSet(set)}: ${(cause as Error).message}`, { cause });
    }
}
