import { PredictionsError } from '../errors';
import {
  checkOptions,
  checkPredictions,
  type OptionRules,
  PROBABILITY,
  TEXT,
  VARIANT,
} from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { compared, significanceOf, UNIT } from '../tables/columns';
import { defineTable, double, int, optional, type RowOf, string } from '../tables/schema';
import { directionOf } from './direction';
import { mcnemar, pairedInterval } from './mcnemar';
import { type Parts, partColumns, partsOf, partsWithImages } from './parts';
import { adjustPValues } from './tTest';
import { type Baseline, type Comparison, comparedColumns, compareVariants } from './variants';

/** Options of {@link perClassFlips}. */
export interface PerClassFlipsOptions {
  /** Largest adjusted p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /** One row per `class`, or per value of the group of this name. Default `class`. */
  readonly by?: string;
}

const RULES: OptionRules<PerClassFlipsOptions> = {
  alpha: PROBABILITY,
  baseline: VARIANT,
  by: TEXT,
};

/** The columns of a comparison of two models on some images. */
export const flipColumns = {
  n_images: int('Images compared.', UNIT.images),
  lost: int('Images that the baseline gets right and the variant wrong.', UNIT.images),
  gained: int('Images that the variant gets right and the baseline wrong.', UNIT.images),
  changed: int('Images whose labels differ, right or wrong.', UNIT.images),
  baseline_recall: double('Images that the baseline gets right.', UNIT.share),
  variant_recall: double('Images that the variant gets right.', UNIT.share),
  change: double('Variant less baseline recall.', UNIT.change),
  change_low: double(
    'Lower end of its 95% interval over images (Bonett & Price 2012).',
    UNIT.change,
  ),
  change_high: double('Upper end of the same.', UNIT.change),
  p_value: double('Of the exact McNemar test over images, two-sided.', UNIT.probability),
};

/** The table of {@link perClassFlips}. */
export const classFlipTable = defineTable({
  name: 'perClassFlips',
  row: 'One class, or value of a group, of one model against one of the baseline.',
  columns: {
    ...compared,
    replicate: int("The variant's model."),
    class: int('The class, from 0; with `by`, the place of the group among its sorted values.'),
    class_name: optional(string('Its name, where names are known; with `by`, the value.')),
    ...flipColumns,
    p_adjusted: double('Adjusted by Benjamini and Hochberg over the classes.', UNIT.probability),
    ...significanceOf('p_adjusted', 'it gained'),
  },
});

/** One class, or value of a group, of one model against one of the baseline. */
export type ClassFlipRow = RowOf<typeof classFlipTable>;

/**
 * Compares one model with one, image by image, class by class: how many images were lost and gained, and
 * whether the difference is larger than the choice of images explains (the exact McNemar test). Replicate
 * i of a variant is compared with the baseline's replicate i, or with the baseline's only model.
 *
 * Intervals and tests are over images: they tell how far the result would move with other images of the
 * same kind. They do not tell how far it would move with models of other training runs; `perClassTTest`
 * does.
 *
 * @returns a {@link ClassFlipRow} per variant, replicate and class that has images
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where there is only one variant, or a model has no counterpart
 */
export function perClassFlips(
  predictions: Predictions,
  options: PerClassFlipsOptions = {},
): ClassFlipRow[] {
  checkPredictions('perClassFlips', predictions);
  const { alpha = 0.05, by = 'class', baseline } = checkOptions('perClassFlips', options, RULES);
  const comparison = compareVariants(predictions.models, baseline);
  return pairsOf(comparison).flatMap((pair) =>
    classFlipsOf(pair, predictions, partsOf(predictions, by), alpha, comparison.baseline),
  );
}

/** A model and the baseline's that it is compared with. */
export interface Pair {
  readonly model: ModelPredictions;
  readonly reference: ModelPredictions;
}

/** @throws PredictionsError where a model has no counterpart */
export function pairsOf({ baseline, variants }: Comparison): Pair[] {
  return variants.flatMap(({ models }) =>
    models.map((model) => {
      const [only, another] = baseline.models;
      const reference = another
        ? baseline.models.find(({ replicate }) => replicate === model.replicate)
        : only;
      if (!reference)
        throw new PredictionsError(
          `Replicate ${model.replicate} of ${model.variant} has no counterpart: ${baseline.variant} has ` +
            `replicates ${baseline.models.map(({ replicate }) => replicate).join(', ')}. Give models ` +
            'that belong together the same replicate, or keep one model of the baseline.',
        );
      return { model, reference };
    }),
  );
}

/** {@link perClassFlips} of one pair. */
export function classFlipsOf(
  { model, reference }: Pair,
  { trueClass }: Predictions,
  parts: Parts,
  alpha: number,
  baseline: Comparison['baseline'],
): ClassFlipRow[] {
  const counts = countFlips(trueClass, reference.predictedClass, model.predictedClass, parts);
  const rows = partsWithImages(parts).map((part) => ({
    ...comparedColumns(model, baseline),
    replicate: model.replicate,
    ...partColumns(part, parts),
    ...flipRow(counts[part]!),
  }));
  const adjusted = adjustPValues(rows.map(({ p_value }) => p_value));
  return rows.map((row, i) => {
    const p_adjusted = adjusted[i]!;
    const significant = p_adjusted <= alpha;
    const direction = directionOf(significant, -row.change);
    return { ...row, p_adjusted, significant, direction };
  });
}

/** How many images two models get right, and how many change. */
export interface FlipCounts {
  readonly images: number;
  /** Images that the baseline gets right. */
  readonly right: number;
  readonly lost: number;
  readonly gained: number;
  readonly changed: number;
}

/** Counts the images of each part. */
export function countFlips(
  trueClass: Int32Array,
  before: Int32Array,
  now: Int32Array,
  { partOf, sizes }: Parts,
): FlipCounts[] {
  const counts = Array.from(sizes, (images) => ({
    ...{ images, right: 0, lost: 0, gained: 0, changed: 0 },
  }));
  for (let i = 0; i < trueClass.length; i++) {
    const count = counts[partOf[i]!]!;
    const [wasRight, isRight] = [before[i] === trueClass[i], now[i] === trueClass[i]];
    if (wasRight) count.right++;
    if (before[i] !== now[i]) count.changed++;
    if (wasRight && !isRight) count.lost++;
    if (isRight && !wasRight) count.gained++;
  }
  return counts;
}

/** Counts of all parts together. */
export function totalFlips(counts: readonly FlipCounts[]): FlipCounts {
  const total = (of: keyof FlipCounts) => counts.reduce((sum, count) => sum + count[of], 0);
  return {
    ...{ images: total('images'), right: total('right') },
    ...{ lost: total('lost'), gained: total('gained'), changed: total('changed') },
  };
}

/** The {@link flipColumns} of some counts. */
export function flipRow({ images, right, lost, gained, changed }: FlipCounts) {
  const { low, high } = pairedInterval(lost, gained, images);
  return {
    ...{ n_images: images, lost, gained, changed },
    baseline_recall: right / images,
    variant_recall: (right - lost + gained) / images,
    change: (gained - lost) / images,
    ...{ change_low: low, change_high: high, p_value: mcnemar(lost, gained) },
  };
}
