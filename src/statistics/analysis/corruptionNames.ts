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

/** Four more that the benchmark has for tuning; they are not in its mean. */
export const EXTRA_CORRUPTIONS = ['speckle_noise', 'gaussian_blur', 'spatter', 'saturate'] as const;

/** A corruption of the benchmark, by its name. */
export type CorruptionName = (typeof CORRUPTIONS)[number] | (typeof EXTRA_CORRUPTIONS)[number];

/** Severities of a corruption, mildest first. */
export const SEVERITIES = [1, 2, 3, 4, 5] as const;
