import { checkOptions, checkPredictions, type OptionRules, VARIANT } from '../options';
import type { ImageId, Predictions } from '../predictions/predictions';
import { type Baseline, baselineOf, variantsOf } from './variants';

/** Options of {@link imageAccuracy}. */
export interface ImageAccuracyOptions {
  /** The variant whose models count. Default `dense`, else sparsity 0. */
  readonly variant?: Baseline;
}

const RULES: OptionRules<ImageAccuracyOptions> = { variant: VARIANT };

/**
 * The share of a variant's models that get each image right: how easy the image is for them.
 * `enrichment` can match images on it.
 *
 * @returns by image id, 0–1
 * @throws OptionError for a value that an option does not take
 */
export function imageAccuracy(
  predictions: Predictions,
  options: ImageAccuracyOptions = {},
): Map<ImageId, number> {
  checkPredictions('imageAccuracy', predictions);
  checkOptions('imageAccuracy', options, RULES);
  const { imageIds, trueClass, models } = predictions;
  const { models: asked } = baselineOf(variantsOf(models), options.variant, 'variant');
  const right = new Int32Array(imageIds.length);
  for (const { predictedClass } of asked)
    for (let i = 0; i < right.length; i++) right[i]! += Number(predictedClass[i] === trueClass[i]);
  return new Map(imageIds.map((id, i) => [id, right[i]! / asked.length]));
}
