import {
  CORRUPTIONS,
  type CorruptionName,
  checkChoice,
  choice,
  EXTRA_CORRUPTIONS,
  SEVERITIES,
} from 'selective-brain-damage-statistics/internal';

export { CORRUPTIONS, type CorruptionName, EXTRA_CORRUPTIONS, SEVERITIES };

/** All 19, the benchmark's first. */
export const ALL_CORRUPTIONS: readonly CorruptionName[] = [...CORRUPTIONS, ...EXTRA_CORRUPTIONS];

/** Which of the two published sets of parameters: for images of about 224 or of 32 pixels a side. */
export type CorruptionScale = 'imagenet' | 'cifar';

/** Pixels; the longest side for which CIFAR-10-C's parameters are meant. */
const LONGEST_CIFAR_SIDE = 64;

/** The parameters for images of this size: CIFAR-10-C's where no side is longer than 64 pixels. */
export function scaleFor(width: number, height: number): CorruptionScale {
  return Math.max(width, height) > LONGEST_CIFAR_SIDE ? 'imagenet' : 'cifar';
}

const SCALES: readonly CorruptionScale[] = ['imagenet', 'cifar'];

/** Options that take a corruption, a severity, a scale. */
export const CORRUPTION = choice(ALL_CORRUPTIONS);
export const SEVERITY = choice(SEVERITIES);
export const SCALE = choice(SCALES);

/** @throws OptionError for an unknown corruption, listing those that are known */
export function checkCorruption(name: string): asserts name is CorruptionName {
  checkChoice('corruption', name, ALL_CORRUPTIONS);
}

/** @throws OptionError for anything but 1, 2, 3, 4, 5 */
export function checkSeverity(severity: number): void {
  checkChoice('severity', severity, SEVERITIES);
}
