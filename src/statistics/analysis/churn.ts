import { checkOptions, checkPredictions, type OptionRules, VARIANT } from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { compared, modelCounts, UNIT } from '../tables/columns';
import { defineTable, double, type RowOf } from '../tables/schema';
import { type Baseline, comparedColumns, compareVariants } from './variants';

/** Options of {@link churn}. */
export interface ChurnOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
}

const RULES: OptionRules<ChurnOptions> = { baseline: VARIANT };

/** The table of {@link churn}. */
export const churnTable = defineTable({
  name: 'churn',
  row: 'One variant. All are means over pairs of models.',
  columns: {
    ...compared,
    ...modelCounts,
    churn: double(
      'Labels in which a model of the variant and one of the baseline differ.',
      UNIT.share,
    ),
    baseline_within: double(
      'The same of two models of the baseline, which differ in their seeds alone; NaN with one.',
      UNIT.share,
    ),
    variant_within: double('The same of two models of the variant; NaN with one.', UNIT.share),
    lost: double('Images that the baseline gets right and the variant wrong.', UNIT.share),
    gained: double('Images that the variant gets right and the baseline wrong.', UNIT.share),
  },
});

/** Churn of one variant. */
export type ChurnRow = RowOf<typeof churnTable>;

/**
 * How many labels differ between models of a variant and models of the baseline (Milani Fard et al.
 * 2016), beside how many differ between models of one kind, that is by chance.
 *
 * @returns a {@link ChurnRow} per variant, by sparsity
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where there is only one variant
 */
export function churn(predictions: Predictions, options: ChurnOptions = {}): ChurnRow[] {
  checkPredictions('churn', predictions);
  checkOptions('churn', options, RULES);
  const { trueClass } = predictions;
  const { baseline, variants } = compareVariants(predictions.models, options.baseline);
  const baseline_within = meanOver(pairsWithin(baseline.models), trueClass).changed;
  return variants.map((variant): ChurnRow => {
    const pairs = baseline.models.flatMap((a) => variant.models.map((b) => [a, b] as const));
    const { changed, lost, gained } = meanOver(pairs, trueClass);
    return {
      ...comparedColumns(variant, baseline),
      ...{ n_baseline: baseline.models.length, n_variant: variant.models.length },
      ...{ churn: changed, baseline_within },
      variant_within: meanOver(pairsWithin(variant.models), trueClass).changed,
      ...{ lost, gained },
    };
  });
}

type ModelPair = readonly [a: ModelPredictions, b: ModelPredictions];

function pairsWithin(models: readonly ModelPredictions[]): ModelPair[] {
  return models.flatMap((a, i) => models.slice(i + 1).map((b) => [a, b] as const));
}

/** Shares of the images that change, are lost and gained from the first to the second of each pair. */
function meanOver(pairs: readonly ModelPair[], trueClass: Int32Array) {
  let [changed, lost, gained] = [0, 0, 0];
  for (const [{ predictedClass: before }, { predictedClass: now }] of pairs)
    for (let i = 0; i < trueClass.length; i++) {
      if (before[i] === now[i]) continue;
      changed++;
      if (before[i] === trueClass[i]) lost++;
      else if (now[i] === trueClass[i]) gained++;
    }
  const all = pairs.length * trueClass.length;
  return { changed: changed / all, lost: lost / all, gained: gained / all };
}
