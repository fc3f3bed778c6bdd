import { checkOptions, checkPredictions, choice, count, type OptionRules } from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { defineTable, double, optional, type RowOf } from '../tables/schema';
import {
  type ModalLabelsOptions,
  modalLabelColumns,
  modalLabelOptions,
  modalLabelRows,
} from './modalLabels';
import { compareVariants } from './variants';

const BY = ['mode', 'taxicab'] as const;

/** Options of {@link findPIEs}. */
export interface FindPIEsOptions extends ModalLabelsOptions {
  /**
   * The criterion for a PIE: another `mode`, as in the paper; or a large `taxicab` distance between the
   * shares of votes that each class gets from the baseline and from the variant (Hooker et al. 2020).
   * Default `mode`.
   */
  readonly by?: (typeof BY)[number];
  /** With `taxicab`, the number of images to take, largest distances first. Default: as many as `mode` finds. */
  readonly count?: number;
}

const RULES: OptionRules<FindPIEsOptions> = {
  ...modalLabelOptions,
  by: choice(BY),
  count: count(),
};

/** The table of {@link findPIEs}. */
export const pieTable = defineTable({
  name: 'findPIEs',
  row: 'One image whose modal label a variant changes.',
  columns: {
    ...modalLabelColumns,
    distance: optional(
      double('Taxicab distance between the shares of votes, with `by: taxicab`.', 'shares 0–2'),
    ),
  },
});

/** One image whose modal label a variant changes. */
export type PIERow = RowOf<typeof pieTable>;

/**
 * Finds the Pruning Identified Exemplars (paper, section 3.2): the images whose modal label, the
 * class that most models of a variant predict, is another than the baseline's; or, with `taxicab`, those
 * on which the votes of variant and baseline differ most.
 *
 * @returns a {@link PIERow} per variant and PIE, by sparsity, then in the images' order; none where
 *   no label changes
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where all models are of one variant
 */
export function findPIEs(predictions: Predictions, options: FindPIEsOptions = {}): PIERow[] {
  checkPredictions('findPIEs', predictions);
  const { by = 'mode', count: wanted, ...how } = checkOptions('findPIEs', options, RULES);
  const byMode = (before: number, now: number) => before !== now;
  if (by === 'mode') return modalLabelRows(predictions, how, byMode);
  const { baseline, variants } = compareVariants(predictions.models, how.baseline);
  const all = modalLabelRows(predictions, how, () => true);
  const positions = new Map(predictions.imageIds.map((id, i) => [id, i]));
  return variants.flatMap((variant) => {
    const distances = taxicabDistances(baseline.models, variant.models);
    const rows = all
      .filter((row) => row.variant === variant.variant)
      .map((row): PIERow => ({ ...row, distance: distances[positions.get(row.image_id)!]! }));
    const most = wanted ?? rows.filter((row) => byMode(row.baseline_mode, row.variant_mode)).length;
    const chosen = new Set(rows.toSorted((a, b) => b.distance! - a.distance!).slice(0, most));
    return rows.filter((row) => chosen.has(row));
  });
}

/** Between the shares of votes that each class gets from either group, 0–2 per image. */
function taxicabDistances(
  before: readonly ModelPredictions[],
  now: readonly ModelPredictions[],
): Float64Array {
  const shares = new Map<number, number>();
  return Float64Array.from(before[0]!.predictedClass, (_, image) => {
    shares.clear();
    const vote = (models: readonly ModelPredictions[], sign: number) => {
      for (const { predictedClass } of models) {
        const label = predictedClass[image]!;
        shares.set(label, (shares.get(label) ?? 0) + sign / models.length);
      }
    };
    vote(before, -1);
    vote(now, 1);
    return [...shares.values()].reduce((sum, share) => sum + Math.abs(share), 0);
  });
}
