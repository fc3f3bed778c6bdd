import {
  checkOptions,
  checkPredictions,
  choice,
  type OptionRules,
  PROBABILITY,
  VARIANT,
} from '../options';
import type { Predictions } from '../predictions/predictions';
import { compared, modelCounts, significanceColumns, tested } from '../tables/columns';
import { defineTable, double, int, optional, type RowOf, string } from '../tables/schema';
import { largest, sum } from './sums';
import { checkTestable, significance, welchTTest } from './tTest';
import { type Baseline, comparedColumns, compareVariants, type Variant } from './variants';

/** Options of {@link perClassTTest}. */
export interface PerClassTTestOptions {
  /** Largest p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /**
   * What a model's recall is compared with: `population`, the mean top-1 accuracy of all models of
   * its variant, as in the paper; `model`, its own top-1 accuracy. Default `population`.
   */
  readonly normalize?: (typeof NORMALIZE)[number];
}

const NORMALIZE = ['population', 'model'] as const;

/** What the options of {@link perClassTTest} take. */
export const perClassOptions: OptionRules<PerClassTTestOptions> = {
  alpha: PROBABILITY,
  baseline: VARIANT,
  normalize: choice(NORMALIZE),
};

/** The table of {@link perClassTTest}. */
export const perClassTable = defineTable({
  name: 'perClassTTest',
  row: 'One class of one variant.',
  columns: {
    ...compared,
    class: int('The class, from 0.'),
    class_name: optional(string('Its name, where names are known.')),
    ...modelCounts,
    baseline_mean_recall: double(
      'Share of the class that a model of the baseline gets right, mean over the models.',
      'share 0–1',
    ),
    variant_mean_recall: double('The same of the variant.', 'share 0–1'),
    absolute_change: double('Variant less baseline mean recall.', 'difference of shares'),
    normalized_change: double(
      'The same less the change in mean top-1 accuracy.',
      'difference of shares',
    ),
    ...tested,
    ...significanceColumns,
  },
});

/** One class of one variant. */
export type PerClassRow = RowOf<typeof perClassTable>;

/**
 * Finds the classes that compression hurts, or helps, more than the model as a whole (paper, section
 * 3.1). For each variant and class it is Welch's two-sample, two-tailed t-test between the recalls
 * of the baseline's models and those of the variant's, each less the top-1 accuracy of its variant. The null hypothesis: the class moved exactly as much as the models did.
 *
 * Where both samples have no variance, `statistic` is ±Infinity and `p_value` 0 if their means
 * differ, and both are NaN, not significant, if they are equal.
 *
 * @returns a {@link PerClassRow} per variant and class that has images, by sparsity, then class;
 *   `class_name` where the predictions know the names
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where a variant has fewer than two models, or there is only one variant
 */
export function perClassTTest(
  predictions: Predictions,
  options: PerClassTTestOptions = {},
): PerClassRow[] {
  checkPredictions('perClassTTest', predictions);
  const { alpha = 0.05, normalize = 'population' } = checkOptions(
    'perClassTTest',
    options,
    perClassOptions,
  );
  const { baseline, variants } = compareVariants(predictions.models, options.baseline);
  const { trueClass, classNames } = predictions;
  const images = imagesPerClass(trueClass);
  const reference = countCorrect(trueClass, images.length, baseline);
  return variants.flatMap((variant) => {
    const counts = countCorrect(trueClass, images.length, variant);
    const tests = compare(reference, counts, images, normalize);
    const found = significance(tests, alpha);
    return tests.map((test, i): PerClassRow => {
      const name = classNames?.[test.class];
      return {
        ...comparedColumns(variant, baseline),
        ...test,
        ...(name !== undefined && { class_name: name }),
        ...found[i]!,
      };
    });
  });
}

/** How many images each of a variant's models gets right. */
interface Correct {
  /** By class, [models][classes]. */
  readonly perClass: readonly Int32Array[];
  /** Of all classes, [models]. */
  readonly perModel: readonly number[];
  /** By all models together. */
  readonly total: number;
}

function countCorrect(trueClass: Int32Array, classes: number, variant: Variant): Correct {
  checkTestable(variant);
  const perClass = variant.models.map(({ predictedClass }) => {
    const correct = new Int32Array(classes);
    for (let i = 0; i < trueClass.length; i++) {
      const label = trueClass[i]!;
      correct[label]! += Number(predictedClass[i] === label);
    }
    return correct;
  });
  const perModel = perClass.map(sum);
  return { perClass, perModel, total: sum(perModel) };
}

type ClassTest = Omit<
  PerClassRow,
  keyof typeof compared | 'class_name' | 'p_adjusted' | 'significant' | 'direction'
>;

function compare(
  baseline: Correct,
  variant: Correct,
  imagesPerClass: Int32Array,
  normalize: 'population' | 'model',
): ClassTest[] {
  const images = sum(imagesPerClass);
  const n_baseline = baseline.perModel.length;
  const n_variant = variant.perModel.length;
  const top1Change = variant.total / n_variant / images - baseline.total / n_baseline / images;

  // Recalls less an accuracy, times a factor that makes both whole numbers and that the test does
  // not see: what is equal is then exactly equal, and no variance of 0 comes out as 1e-34.
  const factor = n_baseline * n_variant;
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
    const { statistic, pValue } = welchTTest(
      normalized(baseline, label),
      normalized(variant, label),
    );
    const baseline_mean_recall = meanRecall(baseline, label);
    const variant_mean_recall = meanRecall(variant, label);
    const absolute_change = variant_mean_recall - baseline_mean_recall;
    return {
      class: label,
      n_baseline,
      n_variant,
      baseline_mean_recall,
      variant_mean_recall,
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
