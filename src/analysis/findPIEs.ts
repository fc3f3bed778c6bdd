import type { DataFrame } from 'danfojs-node';
import type { ImageId } from '../datasets/imageDataset';
import type { Predictions } from '../predictions/predictions';
import { frameOf } from './frame';
import { levelsOf } from './levels';
import { modalLabelsOf, NO_MODE, type Ties } from './modalLabels';

export interface FindPIEsOptions {
  /** Sparsity of the level that the others are compared with. Default 0, the dense models. */
  readonly baseline?: number;
  /**
   * The modal label where several classes have the most votes: the `largest` class number, as in
   * the authors' code, or the `smallest`; or `exclude` the image at the levels concerned. Default
   * `largest`.
   */
  readonly ties?: Ties;
  /** A row for every image and pruned level, with a column `pie`. Default false: PIEs only. */
  readonly all?: boolean;
}

/** One image at one pruned level. */
export interface PIERow {
  readonly image_id: ImageId;
  readonly sparsity: number;
  readonly true_class: number;
  /** The class that most dense models predict. */
  readonly dense_mode: number;
  readonly pruned_mode: number;
  /** Share of the dense models that predict `dense_mode`, above 0, up to 1. */
  readonly dense_votes: number;
  readonly pruned_votes: number;
  /** Is the mode the true class? */
  readonly dense_correct: boolean;
  readonly pruned_correct: boolean;
}

/**
 * Finds the Pruning Identified Exemplars (paper, section 3.2): the images whose modal label, the
 * class that most models of a level predict, is another at a pruned level than at the baseline.
 *
 * @returns a {@link PIERow} per PIE and level, or with `all` one per image and level that says in a
 *   boolean column `pie` whether it is one; without rows where there is none
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where all models are of one level
 */
export function findPIEs(predictions: Predictions, options: FindPIEsOptions = {}): DataFrame {
  const named = typeof predictions.imageIds[0] === 'string';
  return frameOf(pieRows(predictions, options), {
    image_id: named ? 'string' : 'int32',
    sparsity: 'float32',
    true_class: 'int32',
    dense_mode: 'int32',
    pruned_mode: 'int32',
    dense_votes: 'float32',
    pruned_votes: 'float32',
    dense_correct: 'boolean',
    pruned_correct: 'boolean',
    ...(options.all && { pie: 'boolean' }),
  });
}

/** {@link findPIEs} as plain rows, by sparsity, then in the images' order. */
export function pieRows(
  predictions: Predictions,
  options: FindPIEsOptions = {},
): (PIERow & { readonly pie?: boolean })[] {
  const { baseline = 0, ties = 'largest', all = false } = options;
  const { imageIds, trueClass } = predictions;
  const modalLabels = modalLabelsOf(predictions, ties);
  const levels = levelsOf(predictions.models, baseline);
  const dense = modalLabels(levels.baseline.models);
  return levels.pruned.flatMap(({ sparsity, models }) => {
    const pruned = modalLabels(models);
    const rows: (PIERow & { readonly pie?: boolean })[] = [];
    for (let i = 0; i < imageIds.length; i++) {
      const dense_mode = dense.mode[i]!;
      const pruned_mode = pruned.mode[i]!;
      if (dense_mode === NO_MODE || pruned_mode === NO_MODE) continue;
      if (!all && dense_mode === pruned_mode) continue;
      rows.push({
        image_id: imageIds[i]!,
        sparsity,
        true_class: trueClass[i]!,
        dense_mode,
        pruned_mode,
        dense_votes: dense.votes[i]! / levels.baseline.models.length,
        pruned_votes: pruned.votes[i]! / models.length,
        dense_correct: dense_mode === trueClass[i],
        pruned_correct: pruned_mode === trueClass[i],
        ...(all && { pie: dense_mode !== pruned_mode }),
      });
    }
    return rows;
  });
}
