import { checkOptions, checkPredictions, choice, type OptionRules, VARIANT } from '../options';
import type { Predictions } from '../predictions/predictions';
import { compared, UNIT } from '../tables/columns';
import { boolean, defineTable, double, id, int, type RowOf } from '../tables/schema';
import { type Baseline, compareVariants } from './variants';
import { NO_MODE, TIES, type Ties, voteCounter } from './votes';

/** Options of {@link modalLabels}. */
export interface ModalLabelsOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /**
   * The modal label where several classes have the most votes: the `largest` class number, as in
   * the authors' code, or the `smallest`; or `exclude` the image at the variants concerned. Default
   * `largest`.
   */
  readonly ties?: Ties;
}

/** The rules of the options of modal labels. */
export const modalLabelOptions: OptionRules<ModalLabelsOptions> = {
  baseline: VARIANT,
  ties: choice(TIES),
};

/** The columns of an image's modal labels. */
export const modalLabelColumns = {
  ...compared,
  image_id: id('The image.'),
  true_class: int('Its class.', 'class, 0 or more'),
  baseline_mode: int('The class that most models of the baseline predict.', 'class, 0 or more'),
  variant_mode: int('The class that most models of the variant predict.', 'class, 0 or more'),
  baseline_votes: double('Models of the baseline that predict it.', UNIT.share),
  variant_votes: double('Models of the variant that predict it.', UNIT.share),
  baseline_correct: boolean('Whether the mode is the true class.'),
  variant_correct: boolean('Whether the mode is the true class.'),
};

/** The table of {@link modalLabels}. */
export const modalLabelTable = defineTable({
  name: 'modalLabels',
  row: 'One image under one variant.',
  columns: { ...modalLabelColumns, pie: boolean('Whether the two modes differ.') },
});

/** One image under one variant. */
export type ModalLabelRow = RowOf<typeof modalLabelTable>;

/**
 * The modal label of every image, the class that most models predict, under the baseline and under
 * each variant. Where they differ the image is a PIE: `findPIEs` lists those alone.
 *
 * @returns a {@link ModalLabelRow} per variant and image, by sparsity, then in the images' order;
 *   without the images that `ties: 'exclude'` leaves out
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where all models are of one variant
 */
export function modalLabels(
  predictions: Predictions,
  options: ModalLabelsOptions = {},
): ModalLabelRow[] {
  checkPredictions('modalLabels', predictions);
  const checked = checkOptions('modalLabels', options, modalLabelOptions);
  return modalLabelRows(predictions, checked, () => true).map(
    (row): ModalLabelRow => ({ ...row, pie: row.baseline_mode !== row.variant_mode }),
  );
}

/** The modal labels of the images whose modes are wanted, from arguments that are already checked. */
export function modalLabelRows(
  predictions: Predictions,
  options: ModalLabelsOptions,
  isWanted: (baselineMode: number, variantMode: number) => boolean,
): Omit<ModalLabelRow, 'pie'>[] {
  const { imageIds, trueClass, models } = predictions;
  const votesOf = voteCounter(predictions, options.ties ?? 'largest');
  const { baseline, variants } = compareVariants(models, options.baseline);
  const reference = votesOf(baseline.models);
  return variants.flatMap((variant) => {
    const votes = votesOf(variant.models);
    const rows: Omit<ModalLabelRow, 'pie'>[] = [];
    for (let i = 0; i < imageIds.length; i++) {
      const baseline_mode = reference.mode[i]!;
      const variant_mode = votes.mode[i]!;
      if (baseline_mode === NO_MODE || variant_mode === NO_MODE) continue;
      if (!isWanted(baseline_mode, variant_mode)) continue;
      rows.push({
        variant: variant.variant,
        sparsity: variant.sparsity,
        baseline: baseline.variant,
        image_id: imageIds[i]!,
        true_class: trueClass[i]!,
        baseline_mode,
        variant_mode,
        baseline_votes: reference.votes[i]! / baseline.models.length,
        variant_votes: votes.votes[i]! / variant.models.length,
        baseline_correct: baseline_mode === trueClass[i],
        variant_correct: variant_mode === trueClass[i],
      });
    }
    return rows;
  });
}
