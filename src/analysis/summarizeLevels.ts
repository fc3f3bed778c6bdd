import type { DataFrame } from 'danfojs-node';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { Predictions } from '../predictions/predictions';
import { type FindPIEsOptions, pieRows } from './findPIEs';
import { frameOf } from './frame';
import { levelsOf } from './levels';
import { listsTop5, modelAccuracyRows } from './modelAccuracy';
import { type PerClassTTestOptions, perClassRows } from './perClassTTest';
import { sum } from './sums';

export type SummarizeLevelsOptions = PerClassTTestOptions & Pick<FindPIEsOptions, 'ties'>;

/** One sparsity level. */
export interface LevelRow {
  readonly sparsity: number;
  readonly n_models: number;
  readonly n_images: number;
  /** Share of the images that a model gets right, 0–1, mean over the models. */
  readonly top1: number;
  /** Sample standard deviation of the same over the models. */
  readonly top1_sd: number;
  /** Share of the images whose class is among a model's first five, where all models list them. */
  readonly top5?: number;
  readonly top5_sd?: number;
  /** Classes that move otherwise than the model as a whole; 0 at the baseline. */
  readonly n_significant: number;
  readonly n_hurt: number;
  readonly n_helped: number;
  /** Mean normalized change of the recall of those hurt and of those helped; NaN where there are none. */
  readonly hurt_mean_change: number;
  readonly helped_mean_change: number;
  /** Images whose modal label is not the baseline's; 0 at the baseline. */
  readonly n_pies: number;
}

/**
 * Sums a population up as the paper's table does: for each level its accuracy, and how many classes
 * and images pruning to it changes by {@link perClassTTest} and {@link findPIEs}, whose options it
 * takes.
 *
 * @returns a {@link LevelRow} per level, the baseline's among them, by sparsity
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where a level has fewer than two models, or there is only one level
 */
export function summarizeLevels(
  predictions: Predictions,
  options: SummarizeLevelsOptions = {},
): DataFrame {
  return frameOf(levelRows(predictions, options), {
    sparsity: 'float32',
    n_models: 'int32',
    n_images: 'int32',
    top1: 'float32',
    top1_sd: 'float32',
    ...(listsTop5(predictions) && { top5: 'float32', top5_sd: 'float32' }),
    n_significant: 'int32',
    n_hurt: 'int32',
    n_helped: 'int32',
    hurt_mean_change: 'float32',
    helped_mean_change: 'float32',
    n_pies: 'int32',
  });
}

/** {@link summarizeLevels} as plain rows. */
export function levelRows(
  predictions: Predictions,
  options: SummarizeLevelsOptions = {},
): LevelRow[] {
  const accuracies = modelAccuracyRows(predictions);
  const classes = perClassRows(predictions, options);
  const pies = pieRows(predictions, options);
  const { baseline, pruned } = levelsOf(predictions.models, options.baseline ?? 0);
  return [baseline, ...pruned]
    .sort((a, b) => a.sparsity - b.sparsity)
    .map(({ sparsity, models }) => {
      const ofLevel = accuracies.filter((row) => row.sparsity === sparsity);
      const top1 = ofLevel.map((row) => row.top1);
      const top5 = ofLevel.flatMap((row) => row.top5 ?? []);
      const here = classes.filter((row) => row.sparsity === sparsity);
      const changes = (direction: 'hurt' | 'helped') =>
        here.flatMap((row) => (row.direction === direction ? row.normalized_change : []));
      const [hurt, helped] = [changes('hurt'), changes('helped')];
      return {
        sparsity,
        n_models: models.length,
        n_images: predictions.imageIds.length,
        top1: mean(top1),
        top1_sd: sampleStandardDeviation(top1),
        ...(top5.length > 0 && { top5: mean(top5), top5_sd: sampleStandardDeviation(top5) }),
        n_significant: here.filter((row) => row.significant).length,
        n_hurt: hurt.length,
        n_helped: helped.length,
        hurt_mean_change: sum(hurt) / hurt.length,
        helped_mean_change: sum(helped) / helped.length,
        n_pies: pies.filter((row) => row.sparsity === sparsity).length,
      };
    });
}
