import { mean } from 'simple-statistics';
import {
  checkOptions,
  checkPredictions,
  numberIn,
  type OptionRules,
  PROBABILITY,
  VARIANT,
} from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { compared, significanceOf, UNIT } from '../tables/columns';
import { defineTable, double, int, oneOf, type RowOf } from '../tables/schema';
import { directionOf } from './direction';
import { minDetectableChange } from './mcnemar';
import { partsOf } from './parts';
import {
  classFlipsOf,
  countFlips,
  flipColumns,
  flipRow,
  pairsOf,
  totalFlips,
} from './perClassFlips';
import { type Baseline, comparedColumns, compareVariants } from './variants';
import { VERDICTS, verdictOf } from './verdict';

/** Options of {@link flips}. */
export interface FlipsOptions {
  /** Largest p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /** Largest acceptable loss of top-1, a share 0–1. Default 0.01. */
  readonly maxDrop?: number;
  /** Largest acceptable loss of the recall of a class or a group, a share 0–1. Default 0.05. */
  readonly maxClassDrop?: number;
}

const SHARE = numberIn(0, 1, 'a share, 0–1');

const RULES: OptionRules<FlipsOptions> = {
  alpha: PROBABILITY,
  baseline: VARIANT,
  maxDrop: SHARE,
  maxClassDrop: SHARE,
};

/** The table of {@link flips}. */
export const flipTable = defineTable({
  name: 'flips',
  row: 'One model against one of the baseline, on all images.',
  columns: {
    ...compared,
    replicate: int("The variant's model."),
    ...flipColumns,
    ...significanceOf('p_value', 'it gained'),
    min_detectable_change: double(
      'The smallest true change that the test finds with 80% power at this rate of images lost and gained; NaN where it finds none.',
      'difference of shares 0–1',
    ),
    expected_changed: double(
      'Labels in which two models of the baseline differ, mean over pairs; NaN with one model.',
      UNIT.images,
    ),
    verdict: oneOf(VERDICTS, 'Whether the variant may replace the baseline.'),
  },
});

/** One model against one of the baseline, on all images. */
export type FlipRow = RowOf<typeof flipTable>;

/**
 * Compares one model with one, image by image, on all images: how many were lost and gained, whether the
 * difference is larger than the choice of images explains (the exact McNemar test), how many labels change
 * by chance between two models of the baseline, and a verdict. Replicate i of a variant is compared with
 * the baseline's replicate i, or with the baseline's only model. Intervals and tests are over images.
 *
 * The verdict is `BLOCK` where the interval of the change lies below −`maxDrop`, or a class or group is
 * significantly hurt by more than `maxClassDrop`; else `INCONCLUSIVE` where the interval reaches below
 * −`maxDrop`; else `WARN` where the change is negative and significant, or a class or group is
 * significantly hurt; else `PASS`. Groups are those that the predictions were read with.
 *
 * @returns a {@link FlipRow} per variant and replicate
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where there is only one variant, or a model has no counterpart
 */
export function flips(predictions: Predictions, options: FlipsOptions = {}): FlipRow[] {
  checkPredictions('flips', predictions);
  const {
    alpha = 0.05,
    maxDrop = 0.01,
    maxClassDrop = 0.05,
  } = checkOptions('flips', options, RULES);
  const { trueClass, groups = {} } = predictions;
  const comparison = compareVariants(predictions.models, options.baseline);
  const { baseline } = comparison;
  const expected_changed = expectedChanged(baseline.models);
  const parts = ['class', ...Object.keys(groups)].map((by) => partsOf(predictions, by));
  return pairsOf(comparison).map((pair): FlipRow => {
    const { model, reference } = pair;
    const perClass = countFlips(
      trueClass,
      reference.predictedClass,
      model.predictedClass,
      parts[0]!,
    );
    const counts = totalFlips(perClass);
    const row = flipRow(counts);
    const significant = row.p_value <= alpha;
    const ofParts = parts.flatMap((part) => classFlipsOf(pair, predictions, part, alpha, baseline));
    return {
      ...comparedColumns(model, baseline),
      replicate: model.replicate,
      ...row,
      significant,
      direction: directionOf(significant, -row.change),
      min_detectable_change: minDetectableChange(counts.lost + counts.gained, counts.images, alpha),
      expected_changed,
      verdict: verdictOf(row, ofParts, { alpha, maxDrop, maxClassDrop }),
    };
  });
}

/** Labels in which two of some models differ, mean over pairs. */
function expectedChanged(models: readonly ModelPredictions[]): number {
  const pairs = models.flatMap((a, i) => models.slice(i + 1).map((b) => [a, b] as const));
  if (pairs.length === 0) return Number.NaN;
  return mean(pairs.map(([a, b]) => differing(a.predictedClass, b.predictedClass)));
}

/** Images that two models label differently. */
export function differing(a: Int32Array, b: Int32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) count += Number(a[i] !== b[i]);
  return count;
}
