import { mean } from 'simple-statistics';
import { PredictionsError } from '../errors';
import { groupBy } from '../groupBy';
import { checkOptions, choice, type OptionRules, PROBABILITY, VARIANT } from '../options';
import { compared, modelCounts, significanceOf, tested, UNIT } from '../tables/columns';
import {
  defineTable,
  double,
  int,
  oneOf,
  type RowOf,
  rowsOf,
  string,
  type Table,
} from '../tables/schema';
import { logit } from './logit';
import { CLEAN, type ScoreRow, scoreTable } from './summarizeRobustness';
import { sum } from './sums';
import { checkTestable, significance, welchTTest } from './tTest';
import { type Baseline, comparedColumns, compareVariants, type Variant } from './variants';

const MEASURES = ['difference', 'relative', 'logit'] as const;

/** Options of {@link perCorruptionTTest}. */
export interface PerCorruptionTTestOptions {
  /** Largest p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /**
   * How a model's change under corruption is measured: `difference`, its corrupted less its clean top-1;
   * `relative`, the same as a share of its clean top-1; `logit`, the difference of their logits,
   * log((k + ½) / (n − k + ½)) of the k of n images right, mean over the severities. A model that is worse
   * on clean images has less to lose by the first and more by the second; on logits a loss counts the same
   * wherever it starts. Default `difference`.
   */
  readonly measure?: (typeof MEASURES)[number];
}

const RULES: OptionRules<PerCorruptionTTestOptions> = {
  alpha: PROBABILITY,
  baseline: VARIANT,
  measure: choice(MEASURES),
};

const BY_MEASURE =
  'by `measure`: difference of shares −1–1, share of clean top-1 from −1, difference of logits −∞–∞';

/** The table of {@link perCorruptionTTest}. */
export const perCorruptionTable = defineTable({
  name: 'perCorruptionTTest',
  row: 'One set of images under one variant.',
  columns: {
    ...compared,
    corruption: string("The corruption, or the set's name."),
    measure: oneOf(
      MEASURES,
      'The changes are differences of top-1, relative to clean top-1, or differences of logits.',
    ),
    ...modelCounts,
    n_images: int('Images of each set.', UNIT.images),
    baseline_change: double(
      "Change of a model's top-1 from clean to corrupted images, mean over severities and the baseline's models.",
      BY_MEASURE,
    ),
    variant_change: double('The same of the variant.', BY_MEASURE),
    excess_change: double(
      'Variant less baseline change: negative where the corruption costs the variant more.',
      BY_MEASURE,
    ),
    standard_error: double(
      'Of `excess_change`, over models; the error of the images is not in it.',
      BY_MEASURE,
    ),
    ...tested,
    ...significanceOf('p_value', 'the baseline'),
  },
});

/** One set of images under one variant. */
export type PerCorruptionRow = RowOf<typeof perCorruptionTable>;

/**
 * Finds the corruptions that cost a variant more than the baseline, or less: for each variant and
 * corruption Welch's two-sample, two-tailed t-test between the losses of either's models from clean to
 * corrupted images, each model's mean over the severities. The null hypothesis: the corruption costs both
 * the same. Not in the paper, which shows the changes without a test.
 *
 * Tests and standard errors are over models; the images stay the same.
 *
 * Where both samples have no variance, `statistic` is ±Infinity and `p_value` 0 if their means
 * differ, and both are NaN, not significant, if they are equal.
 *
 * @param scores the table of `scoreModels`
 * @returns a {@link PerCorruptionRow} per variant and corruption, or set of another name, by sparsity,
 *   then in the scores' order
 * @throws OptionError for a value that an option does not take, or a baseline that no model has
 * @throws PredictionsError where a variant has fewer than two models, there is only one variant, or a
 *   model was not evaluated on the clean images or on a corruption that others were
 */
export function perCorruptionTTest(
  scores: Table<ScoreRow>,
  options: PerCorruptionTTestOptions = {},
): PerCorruptionRow[] {
  const { alpha = 0.05, measure = 'difference' } = checkOptions(
    'perCorruptionTTest',
    options,
    RULES,
  );
  const rows = rowsOf('perCorruptionTTest', scoreTable, scores);
  const corruptions = groupBy(
    rows.filter((score) => score.corruption !== CLEAN),
    (score) => score.corruption,
  );
  const models = [...groupBy(rows, (score) => `${score.variant} ${score.replicate}`).values()];
  const { baseline, variants } = compareVariants(
    models.map((ofModel): ScoredModel => {
      const { variant, sparsity } = ofModel[0]!;
      return { variant, sparsity, scores: ofModel };
    }),
    options.baseline,
  );
  /** By corruption, the change of each of a variant's models. */
  const changesOf = (variant: Variant<ScoredModel>) => {
    checkTestable(variant);
    return [...corruptions].map(([corruption, all]) => {
      const severities = new Set(all.map((score) => score.severity)).size;
      return Float64Array.from(variant.models, (model) => {
        const { clean, corrupted } = resultsOf(model, corruption, severities);
        return changeOf(measure, clean, corrupted);
      });
    });
  };
  const reference = changesOf(baseline);
  return variants.flatMap((variant) => {
    const changes = changesOf(variant);
    const tests = [...corruptions].map(([corruption, all], i) => {
      const [before, now] = [reference[i]!, changes[i]!];
      const { statistic, pValue, standardError } = welchTTest(before, now);
      const [baseline_change, variant_change] = [mean([...before]), mean([...now])];
      return {
        ...{ corruption, measure, n_baseline: before.length, n_variant: now.length },
        ...{ n_images: all[0]!.n_images, baseline_change, variant_change },
        ...{ excess_change: variant_change - baseline_change, standard_error: standardError },
        ...{ statistic, p_value: pValue },
      };
    });
    const found = significance(tests, alpha);
    return tests.map(
      (test, i): PerCorruptionRow => ({
        ...comparedColumns(variant, baseline),
        ...test,
        ...found[i]!,
      }),
    );
  });
}

interface ScoredModel {
  readonly variant: string;
  readonly sparsity: number;
  readonly scores: readonly ScoreRow[];
}

/** How many of a set's images a model gets right. */
interface Result {
  readonly right: number;
  readonly images: number;
}

/** A model's results on the clean images, and on those of a corruption, severity by severity. */
function resultsOf(
  { variant, scores }: ScoredModel,
  corruption: string,
  severities: number,
): { clean: Result; corrupted: Result[] } {
  const of = (name: string) => scores.filter((score) => score.corruption === name);
  const [clean, corrupted] = [of(CLEAN), of(corruption)];
  if (clean.length !== 1 || corrupted.length !== severities)
    throw new PredictionsError(
      `Replicate ${scores[0]!.replicate} of ${variant} has ` +
        `${clean.length} scores of ${CLEAN} images and ${corrupted.length} of ${corruption}; expected ` +
        `1 and ${severities}. Pass the whole table of scoreModels.`,
    );
  const inOrder = corrupted.sort((a, b) => a.severity - b.severity);
  return { clean: resultOf(clean[0]!), corrupted: inOrder.map(resultOf) };
}

/** Counts are whole, so that equal shares are exactly equal. */
function resultOf({ top1, n_images }: ScoreRow): Result {
  return { right: Math.round(top1 * n_images), images: n_images };
}

function changeOf(
  measure: (typeof MEASURES)[number],
  clean: Result,
  corrupted: readonly Result[],
): number {
  if (measure === 'logit') return mean(corrupted.map(onLogits)) - onLogits(clean);
  const [before, after] = [shareRight([clean]), shareRight(corrupted)];
  return measure === 'relative' ? after / before - 1 : after - before;
}

function onLogits({ right, images }: Result): number {
  return logit(right, images);
}

function shareRight(results: readonly Result[]): number {
  return sum(results.map(({ right }) => right)) / sum(results.map(({ images }) => images));
}
