import type { DataFrame } from 'danfojs-node';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { randomFrom, shuffleInPlace } from '../random';
import { type FindPIEsOptions, pieRows } from './findPIEs';
import { frameOf } from './frame';
import { holdOut, levelsOf } from './levels';
import { listsTop5 } from './modelAccuracy';
import { shareCorrect } from './sums';

export interface EvalPIEsOptions extends Pick<FindPIEsOptions, 'baseline' | 'ties'> {
  /** Draws the random sample. Default 0. */
  readonly seed?: number;
  /**
   * Whether every other model of each level chooses the PIEs and the rest are evaluated on them.
   * Default false, as in the paper: models that choose are then evaluated on what they chose, so that
   * their chance disagreements count as a gap between the levels.
   */
  readonly heldOut?: boolean;
}

/** Dense and pruned models on some of the images. */
export interface PIEAccuracyRow {
  /** The pruned level, whose PIEs they are. */
  readonly sparsity: number;
  /** `pies`, a `random` sample of all images that is as large, or all images `without-pies`. */
  readonly images: 'pies' | 'random' | 'without-pies';
  readonly n_images: number;
  /** Models evaluated. */
  readonly n_dense: number;
  readonly n_pruned: number;
  /** Share of these images that a model gets right, 0–1, mean over the models; NaN without images. */
  readonly dense_top1: number;
  readonly pruned_top1: number;
  /** Sample standard deviations of the same over the models; NaN for a single one. */
  readonly dense_top1_sd: number;
  readonly pruned_top1_sd: number;
  /** The same for the five most probable classes, where all models list them. */
  readonly dense_top5?: number;
  readonly pruned_top5?: number;
}

/**
 * How accurate dense and pruned models are on the images whose modal label pruning changes (PIEs), on
 * as many random images, and on all others (paper, section 3.2).
 *
 * @returns per pruned level the three rows of {@link PIEAccuracyRow}
 * @throws as `findPIEs`; PredictionsError for `heldOut` where a level has fewer than two models
 */
export function evalPIEs(predictions: Predictions, options: EvalPIEsOptions = {}): DataFrame {
  return frameOf(pieAccuracyRows(predictions, options), {
    sparsity: 'float32',
    images: 'string',
    n_images: 'int32',
    n_dense: 'int32',
    n_pruned: 'int32',
    dense_top1: 'float32',
    pruned_top1: 'float32',
    dense_top1_sd: 'float32',
    pruned_top1_sd: 'float32',
    ...(listsTop5(predictions) && { dense_top5: 'float32', pruned_top5: 'float32' }),
  });
}

/** {@link evalPIEs} as plain rows. */
export function pieAccuracyRows(
  predictions: Predictions,
  { seed = 0, heldOut = false, ...options }: EvalPIEsOptions = {},
): PIEAccuracyRow[] {
  const { imageIds, trueClass } = predictions;
  const { baseline, pruned } = levelsOf(predictions.models, options.baseline ?? 0);
  const split = new Map(
    [baseline, ...pruned].map((level) => [
      level.sparsity,
      heldOut ? holdOut(level) : { judges: level.models, evaluated: level.models },
    ]),
  );
  const judges = [...split.values()].flatMap((level) => level.judges);
  const pies = pieRows({ ...predictions, models: judges }, options);
  const dense = split.get(baseline.sparsity)!.evaluated;
  const hasTop5 = listsTop5(predictions);
  return pruned.flatMap(({ sparsity }) => {
    const models = split.get(sparsity)!.evaluated;
    const ids = new Set(pies.filter((pie) => pie.sparsity === sparsity).map((pie) => pie.image_id));
    const all = Int32Array.from(imageIds, (_, i) => i);
    const random = randomFrom(seed, 'sample', sparsity);
    const sets = {
      pies: all.filter((i) => ids.has(imageIds[i]!)),
      random: shuffleInPlace(all.slice(), random).subarray(0, ids.size),
      'without-pies': all.filter((i) => !ids.has(imageIds[i]!)),
    };
    return (['pies', 'random', 'without-pies'] as const).map((images): PIEAccuracyRow => {
      const right = (of: readonly ModelPredictions[], labels: 'predictedClass' | 'top5') =>
        of.map((model) => shareCorrect(trueClass, model[labels]!, sets[images]));
      const [dense1, pruned1] = [right(dense, 'predictedClass'), right(models, 'predictedClass')];
      return {
        ...{ sparsity, images, n_images: sets[images].length },
        ...{ n_dense: dense.length, n_pruned: models.length },
        ...{ dense_top1: mean(dense1), pruned_top1: mean(pruned1) },
        ...{ dense_top1_sd: deviation(dense1), pruned_top1_sd: deviation(pruned1) },
        ...(hasTop5 && {
          dense_top5: mean(right(dense, 'top5')),
          pruned_top5: mean(right(models, 'top5')),
        }),
      };
    });
  });
}

function deviation(values: readonly number[]): number {
  return values.length < 2 ? Number.NaN : sampleStandardDeviation([...values]);
}
