import type { DataFrame } from 'danfojs-node';
import type { Predictions } from '../predictions/predictions';
import { type FindPIEsOptions, pieRows } from './findPIEs';
import { frameOf } from './frame';
import { levelsOf } from './levels';
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
  const hasTop5 = predictions.models.every((model) => model.top5);
  return frameOf(levelRows(predictions, options), {
    sparsity: 'float32',
    n_models: 'int32',
    n_images: 'int32',
    top1: 'float32',
    top1_sd: 'float32',
    ...(hasTop5 && { top5: 'float32', top5_sd: 'float32' }),
    n_significant: 'int32',
    n_hurt: 'int32',
    n_helped: 'int32',
    n_pies: 'int32',
  });
}

/** {@link summarizeLevels} as plain rows. */
export function levelRows(
  predictions: Predictions,
  options: SummarizeLevelsOptions = {},
): LevelRow[] {
  const { imageIds, trueClass, models } = predictions;
  const hasTop5 = models.every((model) => model.top5);
  const classes = perClassRows(predictions, options);
  const pies = pieRows(predictions, options);
  const { baseline, pruned } = levelsOf(predictions, options.baseline ?? 0);
  return [baseline, ...pruned]
    .sort((a, b) => a.sparsity - b.sparsity)
    .map(({ sparsity, models }) => {
      const top1 = meanAndDeviation(
        models.map((model) => topAccuracy(trueClass, model.predictedClass)),
      );
      const top5 =
        hasTop5 && meanAndDeviation(models.map((model) => topAccuracy(trueClass, model.top5!)));
      const here = classes.filter((row) => row.sparsity === sparsity);
      const count = (direction: 'hurt' | 'helped') =>
        here.filter((row) => row.direction === direction).length;
      return {
        sparsity,
        n_models: models.length,
        n_images: imageIds.length,
        top1: top1.mean,
        top1_sd: top1.deviation,
        ...(top5 && { top5: top5.mean, top5_sd: top5.deviation }),
        n_significant: here.filter((row) => row.significant).length,
        n_hurt: count('hurt'),
        n_helped: count('helped'),
        n_pies: pies.filter((row) => row.sparsity === sparsity).length,
      };
    });
}

/** Share of the images whose class is in their row of `labels`, [images × k]. */
function topAccuracy(trueClass: Int32Array, labels: Int32Array): number {
  const width = labels.length / trueClass.length;
  let correct = 0;
  for (let i = 0; i < labels.length; i++)
    if (labels[i] === trueClass[Math.floor(i / width)]) correct++;
  return correct / trueClass.length;
}

function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = sum(values) / values.length;
  const squares = sum(values.map((value) => (value - mean) ** 2));
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
