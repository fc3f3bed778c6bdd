import type { DataFrame } from 'danfojs-node';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { randomFrom, shuffleInPlace } from '../random';
import { type FindPIEsOptions, pieRows } from './findPIEs';
import { frameOf } from './frame';
import { levelsOf } from './levels';
import { listsTop5 } from './modelAccuracy';

export interface EvalPIEsOptions extends Pick<FindPIEsOptions, 'baseline' | 'ties'> {
  /** Draws the random sample. Default 0. */
  readonly seed?: number;
}

/** Dense and pruned models on some of the images. */
export interface PIEAccuracyRow {
  /** The pruned level, whose PIEs they are. */
  readonly sparsity: number;
  /** `pies`, a `random` sample of all images that is as large, or all images `without-pies`. */
  readonly images: 'pies' | 'random' | 'without-pies';
  readonly n_images: number;
  readonly n_dense: number;
  readonly n_pruned: number;
  /** Share of these images that a model gets right, 0–1, mean over the models; NaN without images. */
  readonly dense_top1: number;
  readonly pruned_top1: number;
  /** The same for the five most probable classes, where all models list them. */
  readonly dense_top5?: number;
  readonly pruned_top5?: number;
}

/**
 * How accurate dense and pruned models are on the images whose modal label pruning changes (PIEs), on
 * as many random images, and on all others (paper, section 3.2, figure 6).
 *
 * @returns per pruned level the three rows of {@link PIEAccuracyRow}
 * @throws as `findPIEs`
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
    ...(listsTop5(predictions) && { dense_top5: 'float32', pruned_top5: 'float32' }),
  });
}

/** {@link evalPIEs} as plain rows. */
export function pieAccuracyRows(
  predictions: Predictions,
  { seed = 0, ...options }: EvalPIEsOptions = {},
): PIEAccuracyRow[] {
  const { imageIds } = predictions;
  const levels = levelsOf(predictions, options.baseline ?? 0);
  const pies = pieRows(predictions, options);
  const hasTop5 = listsTop5(predictions);
  return levels.pruned.flatMap(({ sparsity, models }) => {
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
        meanShareRight(predictions.trueClass, of, labels, sets[images]);
      return {
        ...{ sparsity, images, n_images: sets[images].length },
        ...{ n_dense: levels.baseline.models.length, n_pruned: models.length },
        dense_top1: right(levels.baseline.models, 'predictedClass'),
        pruned_top1: right(models, 'predictedClass'),
        ...(hasTop5 && {
          dense_top5: right(levels.baseline.models, 'top5'),
          pruned_top5: right(models, 'top5'),
        }),
      };
    });
  });
}

/**
 * Share of some images whose class is the predicted one, or among the five most probable; mean over
 * the models.
 *
 * @param images positions among the predictions' images
 */
export function meanShareRight(
  trueClass: Int32Array,
  models: readonly ModelPredictions[],
  labels: 'predictedClass' | 'top5',
  images: Int32Array,
): number {
  let right = 0;
  for (const model of models) {
    const predicted = model[labels]!;
    const width = predicted.length / trueClass.length;
    for (const i of images)
      for (let k = i * width; k < (i + 1) * width; k++) if (predicted[k] === trueClass[i]) right++;
  }
  return right / (models.length * images.length);
}
