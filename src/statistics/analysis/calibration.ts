import { mean } from 'simple-statistics';
import { PredictionsError } from '../errors';
import { checkOptions, checkPredictions, count, type OptionRules, VARIANT } from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { compared, UNIT } from '../tables/columns';
import { defineTable, double, int, type RowOf } from '../tables/schema';
import { type Baseline, baselineOf, comparedColumns, variantsOf } from './variants';

/** Options of {@link calibration}. */
export interface CalibrationOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /** Bins of equal width between confidences of 0 and 1. Default 15. */
  readonly bins?: number;
}

const RULES: OptionRules<CalibrationOptions> = { baseline: VARIANT, bins: count() };

/** The table of {@link calibration}. */
export const calibrationTable = defineTable({
  name: 'calibration',
  row: 'One variant, the baseline among them. All are means over its models.',
  columns: {
    ...compared,
    n_models: int('Models of the variant.', UNIT.models),
    n_images: int('Images that they predicted.', UNIT.images),
    top1: double('Images that a model gets right.', UNIT.share),
    mean_confidence: double('Softmax maximum, mean over the images.', UNIT.share),
    expected_calibration_error: double(
      'Distance of confidence from accuracy, mean over bins of confidence weighted by their images (Guo et al. 2017).',
      UNIT.share,
    ),
    brier_score: double(
      'Squared difference of the confidence from 1 where the label is right and from 0 where it is wrong, mean over the images (Brier 1950, of the predicted class alone).',
      'squared share 0–1',
    ),
    expected_calibration_error_change: double('Variant less baseline.', UNIT.change),
    brier_score_change: double('Variant less baseline.', 'difference of squared shares −1–1'),
  },
});

/** Calibration of one variant. */
export type CalibrationRow = RowOf<typeof calibrationTable>;

/**
 * How well the confidences of models match their accuracy: compression may keep top-1 and still change
 * how far a confidence can be trusted.
 *
 * @returns a {@link CalibrationRow} per variant, by sparsity, the baseline's among them
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where a model has no confidences
 */
export function calibration(
  predictions: Predictions,
  options: CalibrationOptions = {},
): CalibrationRow[] {
  checkPredictions('calibration', predictions);
  const { bins = 15 } = checkOptions('calibration', options, RULES);
  const variants = variantsOf(predictions.models);
  const baseline = baselineOf(variants, options.baseline);
  const scores = new Map(
    variants.map((variant) => {
      const all = variant.models.map((model) => scoresOf(model, predictions.trueClass, bins));
      const over = (of: keyof Scores) => mean(all.map((score) => score[of]));
      return [
        variant,
        {
          top1: over('top1'),
          confidence: over('confidence'),
          ece: over('ece'),
          brier: over('brier'),
        },
      ];
    }),
  );
  const reference = scores.get(baseline)!;
  return variants.map((variant): CalibrationRow => {
    const { top1, confidence, ece, brier } = scores.get(variant)!;
    return {
      ...comparedColumns(variant, baseline),
      ...{ n_models: variant.models.length, n_images: predictions.imageIds.length },
      ...{ top1, mean_confidence: confidence, expected_calibration_error: ece, brier_score: brier },
      expected_calibration_error_change: ece - reference.ece,
      brier_score_change: brier - reference.brier,
    };
  });
}

interface Scores {
  readonly top1: number;
  readonly confidence: number;
  readonly ece: number;
  readonly brier: number;
}

function scoresOf(model: ModelPredictions, trueClass: Int32Array, bins: number): Scores {
  const { confidence, predictedClass, variant, replicate } = model;
  if (!confidence)
    throw new PredictionsError(
      `Replicate ${replicate} of ${variant} has no confidences; expected the column confidence.`,
      { column: 'confidence' },
    );
  const [right, sure] = [new Float64Array(bins), new Float64Array(bins)];
  let [rights, sum, squares] = [0, 0, 0];
  for (let i = 0; i < trueClass.length; i++) {
    const [p, correct] = [confidence[i]!, Number(predictedClass[i] === trueClass[i])];
    // Bins are open below, as in the paper: the first also takes 0.
    const bin = Math.max(0, Math.ceil(p * bins) - 1);
    right[bin]! += correct;
    sure[bin]! += p;
    rights += correct;
    sum += p;
    squares += (p - correct) ** 2;
  }
  const n = trueClass.length;
  const distance = right.reduce((total, correct, bin) => total + Math.abs(correct - sure[bin]!), 0);
  return { top1: rights / n, confidence: sum / n, ece: distance / n, brier: squares / n };
}
