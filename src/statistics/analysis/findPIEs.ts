import { checkOptions, checkPredictions, choice, type OptionRules, VARIANT } from '../options';
import type { Predictions } from '../predictions/predictions';
import { defineTable, type RowOf } from '../tables/schema';
import { modalLabelColumns, modalLabelRows } from './modalLabels';
import type { Baseline } from './variants';
import { TIES, type Ties } from './votes';

/** Options of {@link findPIEs} and of `modalLabels`. */
export interface FindPIEsOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /**
   * The modal label where several classes have the most votes: the `largest` class number, as in
   * the authors' code, or the `smallest`; or `exclude` the image at the variants concerned. Default
   * `largest`.
   */
  readonly ties?: Ties;
}

/** What the options of {@link findPIEs} take. */
export const pieOptions: OptionRules<FindPIEsOptions> = { baseline: VARIANT, ties: choice(TIES) };

/** The table of {@link findPIEs}. */
export const pieTable = defineTable({
  name: 'findPIEs',
  row: 'One image whose modal label a variant changes.',
  columns: modalLabelColumns,
});

/** One image whose modal label a variant changes. */
export type PIERow = RowOf<typeof pieTable>;

/**
 * Finds the Pruning Identified Exemplars (paper, section 3.2): the images whose modal label, the
 * class that most models of a variant predict, is another than the baseline's.
 *
 * @returns a {@link PIERow} per variant and PIE, by sparsity, then in the images' order; none where
 *   no label changes
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where all models are of one variant
 */
export function findPIEs(predictions: Predictions, options: FindPIEsOptions = {}): PIERow[] {
  checkPredictions('findPIEs', predictions);
  const checked = checkOptions('findPIEs', options, pieOptions);
  return modalLabelRows(predictions, checked, (before, now) => before !== now);
}
