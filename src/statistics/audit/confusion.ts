import type { ChangedImage } from './audit';

/**
 * How much more often a variant gives each label to the images of each class than the baseline does.
 *
 * @returns [true class][label], images
 */
export function confusionDifference(
  changed: readonly ChangedImage[],
  numClasses: number,
): number[][] {
  const difference = Array.from({ length: numClasses }, () =>
    new Array<number>(numClasses).fill(0),
  );
  for (const { true_class, baseline_class, variant_class } of changed) {
    difference[true_class]![baseline_class]!--;
    difference[true_class]![variant_class]!++;
  }
  return difference;
}
