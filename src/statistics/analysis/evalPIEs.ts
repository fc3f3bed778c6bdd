import { mean } from 'simple-statistics';
import { checkOptions, checkPredictions, FLAG, type OptionRules, SEED } from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { randomFrom, shuffleInPlace } from '../random';
import { compared, modelCounts, UNIT } from '../tables/columns';
import { defineTable, double, int, oneOf, optional, type RowOf } from '../tables/schema';
import { findPIEs } from './findPIEs';
import { type ModalLabelsOptions, modalLabelOptions } from './modalLabels';
import { listsTop5 } from './modelAccuracy';
import { deviation, shareCorrect } from './sums';
import { twoWayError } from './twoWayError';
import { comparedColumns, compareVariants, holdOut } from './variants';

/** Options of {@link evalPIEs}. */
export interface EvalPIEsOptions extends Pick<ModalLabelsOptions, 'baseline' | 'ties'> {
  /** Draws the random sample. Default 0. */
  readonly seed?: number;
  /**
   * Whether every other model of each variant chooses the PIEs and the rest are evaluated on them.
   * Default false, as in the paper: the models are then evaluated on images that they chose themselves, so
   * that their chance disagreements count as a gap between the variants.
   */
  readonly heldOut?: boolean;
}

const RULES: OptionRules<EvalPIEsOptions> = { ...modalLabelOptions, seed: SEED, heldOut: FLAG };

const SETS = ['pies', 'random', 'without-pies'] as const;

/** The table of {@link evalPIEs}. */
export const pieAccuracyTable = defineTable({
  name: 'evalPIEs',
  row: "Baseline and variant on some of the images; the PIEs are the variant's.",
  columns: {
    ...compared,
    images: oneOf(
      SETS,
      '`pies`, a `random` sample of all images that is as large, or all images `without-pies`.',
    ),
    n_images: int('Images in the set.', UNIT.images),
    ...modelCounts,
    baseline_top1: double(
      'Images of the set that a model of the baseline gets right, mean over the models; NaN without images.',
      UNIT.share,
    ),
    variant_top1: double('The same of the variant.', UNIT.share),
    baseline_top1_sd: double(
      'Sample standard deviation of the same over the models; NaN for a single one.',
      'share, 0 or more',
    ),
    variant_top1_sd: double('The same of the variant.', 'share, 0 or more'),
    baseline_top1_se: double(
      'Standard error of `baseline_top1` over models and images, both random; NaN for a single one of either.',
      'share, 0 or more',
    ),
    variant_top1_se: double('The same of the variant.', 'share, 0 or more'),
    baseline_top5: optional(
      double(
        'As `baseline_top1`, of the five most probable classes, where all models list them.',
        UNIT.share,
      ),
    ),
    variant_top5: optional(double('The same of the variant.', UNIT.share)),
  },
});

/** Accuracy of baseline and variant on some of the images. */
export type PIEAccuracyRow = RowOf<typeof pieAccuracyTable>;

/**
 * How accurate the models of baseline and variant are on the images whose modal label the variant
 * changes (PIEs), on as many random images, and on all others (paper, section 3.2).
 *
 * The standard errors are those of the mean over models and images, both drawn from more of their kind
 * (two-way analysis of variance with random effects). They take the choice of the PIEs as given.
 *
 * @returns three rows per variant, of {@link PIEAccuracyRow}
 * @throws as `findPIEs`; PredictionsError for `heldOut` where a variant has fewer than two models
 */
export function evalPIEs(
  predictions: Predictions,
  options: EvalPIEsOptions = {},
): PIEAccuracyRow[] {
  checkPredictions('evalPIEs', predictions);
  const { seed = 0, heldOut = false, ...how } = checkOptions('evalPIEs', options, RULES);
  const { imageIds, trueClass } = predictions;
  const { baseline, variants } = compareVariants(predictions.models, options.baseline);
  const split = new Map(
    [baseline, ...variants].map((variant) => [
      variant.variant,
      heldOut ? holdOut(variant) : { judges: variant.models, evaluated: variant.models },
    ]),
  );
  const judges = [...split.values()].flatMap((variant) => variant.judges);
  const pies = findPIEs({ ...predictions, models: judges }, how);
  const reference = split.get(baseline.variant)!.evaluated;
  const hasTop5 = listsTop5(predictions);
  return variants.flatMap((variant) => {
    const models = split.get(variant.variant)!.evaluated;
    const ids = new Set(
      pies.filter((pie) => pie.variant === variant.variant).map((pie) => pie.image_id),
    );
    const all = Int32Array.from(imageIds, (_, i) => i);
    const stream = Number.isNaN(variant.sparsity) ? variant.variant : variant.sparsity;
    const random = randomFrom(seed, 'sample', stream);
    const sets = {
      pies: all.filter((i) => ids.has(imageIds[i]!)),
      random: shuffleInPlace(all.slice(), random).subarray(0, ids.size),
      'without-pies': all.filter((i) => !ids.has(imageIds[i]!)),
    };
    return SETS.map((images): PIEAccuracyRow => {
      const right = (of: readonly ModelPredictions[], labels: 'predictedClass' | 'top5') =>
        of.map((model) => shareCorrect(trueClass, model[labels]!, sets[images]));
      const [before, now] = [right(reference, 'predictedClass'), right(models, 'predictedClass')];
      return {
        ...comparedColumns(variant, baseline),
        ...{ images, n_images: sets[images].length },
        ...{ n_baseline: reference.length, n_variant: models.length },
        ...{ baseline_top1: mean(before), variant_top1: mean(now) },
        ...{ baseline_top1_sd: deviation(before), variant_top1_sd: deviation(now) },
        baseline_top1_se: twoWayError(trueClass, reference, sets[images]),
        variant_top1_se: twoWayError(trueClass, models, sets[images]),
        ...(hasTop5 && {
          baseline_top5: mean(right(reference, 'top5')),
          variant_top5: mean(right(models, 'top5')),
        }),
      };
    });
  });
}
