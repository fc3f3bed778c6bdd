import type { DataFrame } from 'danfojs-node';
import { checkChoice } from '../options';
import type { Predictions } from '../predictions/predictions';
import { frameOf } from './frame';
import { type Level, levelsOf } from './levels';
import { largest, sum } from './sums';
import { checkAlpha, checkTestable, verdictsOf, welchTTest } from './welch';

export interface PerClassTTestOptions {
  /** Largest p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** Sparsity of the level that the others are compared with. Default 0, the dense models. */
  readonly baseline?: number;
  /**
   * What a model's recall is compared with: `population`, the mean top-1 accuracy of all models at
   * its sparsity, as in the paper; `model`, its own top-1 accuracy. Default `population`.
   */
  readonly normalize?: 'population' | 'model';
}

/** One class at one pruned level. */
export interface PerClassRow {
  readonly class: number;
  readonly class_name?: string;
  readonly sparsity: number;
  /** Models compared. */
  readonly n_dense: number;
  readonly n_pruned: number;
  /** Share of the class's images that a model gets right, 0–1, mean over the models. */
  readonly dense_mean_recall: number;
  readonly pruned_mean_recall: number;
  /** Pruned less dense mean recall. */
  readonly absolute_change: number;
  /** The same less the change in mean top-1 accuracy. */
  readonly normalized_change: number;
  /** Welch's t: positive where the class lost more than the models did on the whole. */
  readonly statistic: number;
  /** Two-tailed. */
  readonly p_value: number;
  /** The p-value adjusted by Benjamini and Hochberg within the level. */
  readonly p_adjusted: number;
  /** `p_value` <= alpha. */
  readonly significant: boolean;
  /** What pruning did to the class, where that is significant. */
  readonly direction: 'hurt' | 'helped' | 'none';
}

/**
 * Finds the classes that pruning hurts, or helps, more than the model as a whole (paper, section
 * 3.1). For each pruned level and class it is Welch's two-sample, two-tailed t-test between the
 * recalls of the dense models and those of the pruned ones, each less the top-1 accuracy of its
 * level. The null hypothesis: the class moved exactly as much as the models did.
 *
 * Where both samples have no variance, `statistic` is ±Infinity and `p_value` 0 if their means
 * differ, and both are NaN, not significant, if they are equal.
 *
 * @returns a {@link PerClassRow} per pruned level and class that has images; `class_name` where the
 *   predictions know the names
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where a level has fewer than two models, or there is only one level
 */
export function perClassTTest(
  predictions: Predictions,
  options: PerClassTTestOptions = {},
): DataFrame {
  return frameOf(perClassRows(predictions, options), {
    class: 'int32',
    ...(predictions.classNames && { class_name: 'string' }),
    sparsity: 'float32',
    n_dense: 'int32',
    n_pruned: 'int32',
    dense_mean_recall: 'float32',
    pruned_mean_recall: 'float32',
    absolute_change: 'float32',
    normalized_change: 'float32',
    statistic: 'float32',
    p_value: 'float32',
    p_adjusted: 'float32',
    significant: 'boolean',
    direction: 'string',
  });
}

/** {@link perClassTTest} as plain rows, by sparsity, then class. */
export function perClassRows(
  predictions: Predictions,
  options: PerClassTTestOptions = {},
): PerClassRow[] {
  const { alpha = 0.05, baseline = 0, normalize = 'population' } = options;
  checkAlpha(alpha);
  checkChoice('normalize', normalize, ['population', 'model']);
  const levels = levelsOf(predictions.models, baseline);
  const { trueClass, classNames } = predictions;
  const images = imagesPerClass(trueClass);
  const dense = countCorrect(trueClass, images.length, levels.baseline);
  return levels.pruned.flatMap((level) => {
    const pruned = countCorrect(trueClass, images.length, level);
    const tests = compare(dense, pruned, images, normalize);
    const verdicts = verdictsOf(tests, alpha);
    return tests.map((test, i): PerClassRow => {
      const name = classNames?.[test.class];
      return { ...test, ...(name !== undefined && { class_name: name }), ...verdicts[i]! };
    });
  });
}

/** How many images each of a level's models gets right. */
interface Correct {
  readonly sparsity: number;
  /** By class, [models][classes]. */
  readonly perClass: readonly Int32Array[];
  /** Of all classes, [models]. */
  readonly perModel: readonly number[];
  /** By all models together. */
  readonly total: number;
}

function countCorrect(trueClass: Int32Array, classes: number, level: Level): Correct {
  checkTestable(level);
  const { sparsity, models } = level;
  const perClass = models.map(({ predictedClass }) => {
    const correct = new Int32Array(classes);
    for (let i = 0; i < trueClass.length; i++) {
      const label = trueClass[i]!;
      correct[label]! += Number(predictedClass[i] === label);
    }
    return correct;
  });
  const perModel = perClass.map(sum);
  return { sparsity, perClass, perModel, total: sum(perModel) };
}

type Comparison = Omit<PerClassRow, 'class_name' | 'p_adjusted' | 'significant' | 'direction'>;

function compare(
  dense: Correct,
  pruned: Correct,
  imagesPerClass: Int32Array,
  normalize: 'population' | 'model',
): Comparison[] {
  const images = sum(imagesPerClass);
  const n_dense = dense.perModel.length;
  const n_pruned = pruned.perModel.length;
  const top1Change = pruned.total / n_pruned / images - dense.total / n_dense / images;

  // Recalls less an accuracy, times a factor that makes both whole numbers and that the test does
  // not see: what is equal is then exactly equal, and no variance of 0 comes out as 1e-34.
  const factor = n_dense * n_pruned;
  const normalized = ({ perClass, perModel, total }: Correct, label: number) => {
    const sample = new Float64Array(perModel.length);
    for (let model = 0; model < sample.length; model++) {
      const correct =
        normalize === 'model' ? perModel[model]! * factor : (total * factor) / sample.length;
      const correctInClass = perClass[model]![label]! * factor;
      sample[model] = correctInClass * images - correct * imagesPerClass[label]!;
    }
    return sample;
  };
  const meanRecall = ({ perClass }: Correct, label: number) =>
    perClass.reduce((correct, model) => correct + model[label]!, 0) /
    perClass.length /
    imagesPerClass[label]!;

  const classes = Array.from(imagesPerClass.keys()).filter((label) => imagesPerClass[label]! > 0);
  return classes.map((label) => {
    const { statistic, pValue } = welchTTest(normalized(dense, label), normalized(pruned, label));
    const dense_mean_recall = meanRecall(dense, label);
    const pruned_mean_recall = meanRecall(pruned, label);
    const absolute_change = pruned_mean_recall - dense_mean_recall;
    return {
      class: label,
      sparsity: pruned.sparsity,
      n_dense,
      n_pruned,
      dense_mean_recall,
      pruned_mean_recall,
      absolute_change,
      normalized_change: absolute_change - top1Change,
      statistic,
      p_value: pValue,
    };
  });
}

function imagesPerClass(trueClass: Int32Array): Int32Array {
  const images = new Int32Array(largest(trueClass) + 1);
  for (const label of trueClass) images[label]!++;
  return images;
}
