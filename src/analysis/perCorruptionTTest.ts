import type { DataFrame } from 'danfojs-node';
import { mean } from 'simple-statistics';
import { PredictionsError } from '../errors';
import { checkChoice } from '../options';
import { frameOf, rowsOf, type Table } from './frame';
import { groupBy } from './groupBy';
import { levelsOf } from './levels';
import { CLEAN, type Score } from './robustnessRows';
import { sum } from './sums';
import { checkAlpha, checkTestable, verdictsOf, welchTTest } from './welch';

/** What {@link perCorruptionTTest} reads of a row of `evalRobustness` with `perModel`. */
export type ScoreRow = Pick<
  Score,
  'sparsity' | 'replicate' | 'corruption' | 'severity' | 'n_images' | 'top1'
>;

export interface PerCorruptionTTestOptions {
  /** Largest p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** Sparsity of the level that the others are compared with. Default 0, the dense models. */
  readonly baseline?: number;
  /**
   * What a model's change under corruption is: `difference`, its corrupted less its clean top-1;
   * `relative`, the same as a share of its clean top-1. A model that is worse to begin with has
   * less to lose by the first and the more by the second. Default `difference`.
   */
  readonly measure?: 'difference' | 'relative';
}

/** One set of images at one pruned level. */
export interface PerCorruptionRow {
  readonly corruption: string;
  readonly sparsity: number;
  /** Models compared. */
  readonly n_dense: number;
  readonly n_pruned: number;
  readonly n_images: number;
  /** Change of a model's top-1 from clean to corrupted images, mean over severities and models. */
  readonly dense_change: number;
  readonly pruned_change: number;
  /** Pruned less dense change: negative where the corruption costs pruned models more. */
  readonly excess_change: number;
  /** Of `excess_change`, over models. */
  readonly standard_error: number;
  /** Welch's t: positive where the corruption costs pruned models more. */
  readonly statistic: number;
  /** Two-tailed. */
  readonly p_value: number;
  /** The p-value adjusted by Benjamini and Hochberg within the level. */
  readonly p_adjusted: number;
  /** `p_value` <= alpha. */
  readonly significant: boolean;
  /** Whether the corruption hurts pruned models more than dense ones or less, where significant. */
  readonly direction: 'hurt' | 'helped' | 'none';
}

/**
 * Finds the corruptions that cost pruned models more than dense ones, or less: for each pruned level
 * and corruption Welch's two-sample, two-tailed t-test between what dense and what pruned models lose
 * from clean to corrupted images, each model's mean over the severities. The null hypothesis: the
 * corruption costs both the same. Not in the paper, which shows the changes without a test.
 *
 * Where both samples have no variance, `statistic` is ±Infinity and `p_value` 0 if their means
 * differ, and both are NaN, not significant, if they are equal.
 *
 * @param scores what `evalRobustness` gives with `perModel`
 * @returns a {@link PerCorruptionRow} per pruned level and corruption, or set of another name
 * @throws OptionError for a value that an option does not take, or a baseline that no model has
 * @throws PredictionsError where a level has fewer than two models, there is only one level, or a
 *   model was not evaluated on the clean images or on a corruption that others were
 */
export function perCorruptionTTest(
  scores: Table<ScoreRow>,
  options: PerCorruptionTTestOptions = {},
): DataFrame {
  return frameOf(perCorruptionRows(rowsOf(scores), options), {
    corruption: 'string',
    sparsity: 'float32',
    n_dense: 'int32',
    n_pruned: 'int32',
    n_images: 'int32',
    dense_change: 'float32',
    pruned_change: 'float32',
    excess_change: 'float32',
    standard_error: 'float32',
    statistic: 'float32',
    p_value: 'float32',
    p_adjusted: 'float32',
    significant: 'boolean',
    direction: 'string',
  });
}

/** {@link perCorruptionTTest} as plain rows, by sparsity, then in the scores' order. */
export function perCorruptionRows(
  scores: readonly ScoreRow[],
  options: PerCorruptionTTestOptions = {},
): PerCorruptionRow[] {
  const { alpha = 0.05, baseline = 0, measure = 'difference' } = options;
  checkAlpha(alpha);
  checkChoice('measure', measure, ['difference', 'relative']);
  const corruptions = groupBy(
    scores.filter((score) => score.corruption !== CLEAN),
    (score) => score.corruption,
  );
  const models = [...groupBy(scores, (score) => `${score.sparsity} ${score.replicate}`).values()];
  const levels = levelsOf(
    models.map((scores) => ({ sparsity: scores[0]!.sparsity, scores })),
    baseline,
  );
  /** By corruption, what each of a level's models loses. */
  const changesOf = (level: (typeof levels)['baseline']) => {
    checkTestable(level);
    return [...corruptions].map(([corruption, all]) => {
      const severities = new Set(all.map((score) => score.severity)).size;
      return Float64Array.from(level.models, ({ scores }) => {
        const { before, after } = accuraciesOf(scores, corruption, severities);
        return measure === 'relative' ? after / before - 1 : after - before;
      });
    });
  };
  const dense = changesOf(levels.baseline);
  return levels.pruned.flatMap((level) => {
    const pruned = changesOf(level);
    const tests = [...corruptions].map(([corruption, all], i) => {
      const { n_images } = all[0]!;
      const { statistic, pValue, standardError } = welchTTest(dense[i]!, pruned[i]!);
      const [dense_change, pruned_change] = [mean([...dense[i]!]), mean([...pruned[i]!])];
      return {
        ...{ corruption, sparsity: level.sparsity },
        ...{ n_dense: dense[i]!.length, n_pruned: pruned[i]!.length, n_images },
        ...{ dense_change, pruned_change, excess_change: pruned_change - dense_change },
        ...{ standard_error: standardError, statistic, p_value: pValue },
      };
    });
    const verdicts = verdictsOf(tests, alpha);
    return tests.map((test, i): PerCorruptionRow => ({ ...test, ...verdicts[i]! }));
  });
}

/** A model's top-1 on the clean images, and on a corruption's, the mean over the severities. */
function accuraciesOf(
  scores: readonly ScoreRow[],
  corruption: string,
  severities: number,
): { before: number; after: number } {
  const of = (name: string) => scores.filter((score) => score.corruption === name);
  const [clean, corrupted] = [of(CLEAN), of(corruption)];
  if (clean.length !== 1 || corrupted.length !== severities)
    throw new PredictionsError(
      `The model with sparsity ${scores[0]!.sparsity} and replicate ${scores[0]!.replicate} has ` +
        `${clean.length} scores of ${CLEAN} images and ${corrupted.length} of ${corruption}; expected ` +
        `1 and ${severities}. Pass all that evalRobustness gives with perModel.`,
    );
  return { before: shareRight(clean), after: shareRight(corrupted) };
}

/** Of all the images of some sets. Counts are whole, so that equal shares are exactly equal. */
function shareRight(scores: readonly ScoreRow[]): number {
  const right = scores.map(({ top1, n_images }) => Math.round(top1 * n_images));
  return sum(right) / sum(scores.map(({ n_images }) => n_images));
}
