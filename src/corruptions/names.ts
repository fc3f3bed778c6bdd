import { checkChoice } from '../options';

/** The corruptions of ImageNet-C and CIFAR-10-C, in the benchmark's order. */
export const CORRUPTIONS = [
  'gaussian_noise',
  'shot_noise',
  'impulse_noise',
  'defocus_blur',
  'glass_blur',
  'motion_blur',
  'zoom_blur',
  'snow',
  'frost',
  'fog',
  'brightness',
  'contrast',
  'elastic_transform',
  'pixelate',
  'jpeg_compression',
] as const;

/** The four that the benchmark adds for tuning; no part of its mean. */
export const EXTRA_CORRUPTIONS = ['speckle_noise', 'gaussian_blur', 'spatter', 'saturate'] as const;

export type CorruptionName = (typeof CORRUPTIONS)[number] | (typeof EXTRA_CORRUPTIONS)[number];

/** All 19, the benchmark's first. */
export const ALL_CORRUPTIONS: readonly CorruptionName[] = [...CORRUPTIONS, ...EXTRA_CORRUPTIONS];

/** Severities of a corruption, mildest first. */
export const SEVERITIES = [1, 2, 3, 4, 5] as const;

/** Which of the two published sets of parameters: for images of about 224 or of 32 pixels a side. */
export type CorruptionScale = 'imagenet' | 'cifar';

/** Pixels; the longest side for which CIFAR-10-C's parameters are meant. */
const LONGEST_CIFAR_SIDE = 64;

/** The parameters for images of this size: CIFAR-10-C's where no side is longer than 64 pixels. */
export function scaleFor(width: number, height: number): CorruptionScale {
  return Math.max(width, height) > LONGEST_CIFAR_SIDE ? 'imagenet' : 'cifar';
}

/** @throws OptionError for a name that is none of a corruption, listing those that are */
export function checkCorruption(name: string): asserts name is CorruptionName {
  checkChoice('corruption', name, ALL_CORRUPTIONS);
}

/** @throws OptionError for anything but 1, 2, 3, 4, 5 */
export function checkSeverity(severity: number): void {
  checkChoice('severity', severity, SEVERITIES);
}

/** @throws OptionError for anything but the two scales */
export function checkScale(scale: string): asserts scale is CorruptionScale {
  checkChoice('scale', scale, ['imagenet', 'cifar']);
}
