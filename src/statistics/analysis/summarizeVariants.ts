import { mean } from 'simple-statistics';
import { checkOptions, checkPredictions } from '../options';
import type { Predictions } from '../predictions/predictions';
import { bySparsity } from '../predictions/variantName';
import { compared, UNIT } from '../tables/columns';
import { defineTable, double, int, optional, type RowOf } from '../tables/schema';
import { findPIEs } from './findPIEs';
import { type ModalLabelsOptions, modalLabelOptions } from './modalLabels';
import { modelAccuracy } from './modelAccuracy';
import { type PerClassTTestOptions, perClassOptions, perClassTTest } from './perClassTTest';
import { deviation, sum } from './sums';
import { comparedColumns, compareVariants } from './variants';

/** Options of {@link summarizeVariants}: those of `perClassTTest` and of `findPIEs`. */
export type SummarizeVariantsOptions = PerClassTTestOptions & Pick<ModalLabelsOptions, 'ties'>;

/** The table of {@link summarizeVariants}. */
export const summaryTable = defineTable({
  name: 'summarizeVariants',
  row: 'One variant, the baseline among them.',
  columns: {
    ...compared,
    n_models: int('Models of the variant.', UNIT.models),
    n_images: int('Images that they predicted.', UNIT.images),
    top1: double('Images that a model gets right, mean over the models.', UNIT.share),
    top1_sd: double(
      'Sample standard deviation of the same over the models; NaN for one.',
      'share, 0 or more',
    ),
    top5: optional(
      double(
        "Images whose class is among a model's first five, mean over the models, where all list them.",
        UNIT.share,
      ),
    ),
    top5_sd: optional(
      double('Sample standard deviation of the same over the models.', 'share, 0 or more'),
    ),
    n_significant: int(
      'Classes whose recall changes significantly more or less than top-1; 0 at the baseline.',
      UNIT.classes,
    ),
    n_hurt: int('Those of them that lost more than the model as a whole.', UNIT.classes),
    n_helped: int(
      'Those of them that lost less than the model as a whole, or gained.',
      UNIT.classes,
    ),
    hurt_mean_change: double(
      'Mean normalized change of those hurt: recall less top-1; NaN without such classes.',
      'difference of shares −2–2',
    ),
    helped_mean_change: double('The same of those helped.', 'difference of shares −2–2'),
    n_pies: int("Images whose modal label is not the baseline's; 0 at the baseline.", UNIT.images),
  },
});

/** Summary of one variant. */
export type SummaryRow = RowOf<typeof summaryTable>;

/**
 * Summarizes a population as the paper's table does: for each variant its accuracy, and how many classes
 * and images it changes by `perClassTTest` and `findPIEs`, whose options it takes. `standardErrors` adds
 * the errors over models and images.
 *
 * @returns a {@link SummaryRow} per variant, the baseline's among them, by sparsity
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where there is only one variant
 */
export function summarizeVariants(
  predictions: Predictions,
  options: SummarizeVariantsOptions = {},
): SummaryRow[] {
  checkPredictions('summarizeVariants', predictions);
  checkOptions('summarizeVariants', options, { ...perClassOptions, ...modalLabelOptions });
  const accuracies = modelAccuracy(predictions);
  const { ties, ...classOptions } = options;
  const classes = perClassTTest(predictions, classOptions);
  const pies = findPIEs(predictions, {
    ...(ties && { ties }),
    ...(options.baseline !== undefined && { baseline: options.baseline }),
  });
  const { baseline, variants } = compareVariants(predictions.models, options.baseline);
  return [baseline, ...variants].sort(bySparsity).map((variant) => {
    const isHere = (row: { readonly variant: string }) => row.variant === variant.variant;
    const models = accuracies.filter(isHere);
    const top1 = models.map((row) => row.top1);
    const top5 = models.flatMap((row) => row.top5 ?? []);
    const here = classes.filter(isHere);
    const changes = (direction: 'hurt' | 'helped') =>
      here.flatMap((row) => (row.direction === direction ? row.normalized_change : []));
    const [hurt, helped] = [changes('hurt'), changes('helped')];
    return {
      ...comparedColumns(variant, baseline),
      n_models: variant.models.length,
      n_images: predictions.imageIds.length,
      top1: mean(top1),
      top1_sd: deviation(top1),
      ...(top5.length > 0 && { top5: mean(top5), top5_sd: deviation(top5) }),
      n_significant: here.filter((row) => row.significant).length,
      n_hurt: hurt.length,
      n_helped: helped.length,
      hurt_mean_change: sum(hurt) / hurt.length,
      helped_mean_change: sum(helped) / helped.length,
      n_pies: pies.filter(isHere).length,
    };
  });
}
