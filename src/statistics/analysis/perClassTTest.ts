import { mean } from 'simple-statistics';
import {
  checkOption,
  checkOptions,
  checkPredictions,
  choice,
  type OptionRules,
  PROBABILITY,
  TEXT,
  VARIANT,
} from '../options';
import type { Predictions } from '../predictions/predictions';
import { compared, modelCounts, significanceOf, tested, UNIT } from '../tables/columns';
import { defineTable, double, int, optional, type RowOf, string } from '../tables/schema';
import { logit } from './logit';
import { PAIRING, type PAIRINGS, requireSameReplicates } from './pairing';
import { correctPerPart, type Parts, partsOf, partsWithImages } from './parts';
import { sum } from './sums';
import { pairedTTest, type Significance, significance, welchTTest } from './tTest';
import { type Baseline, compareVariants, type Variant } from './variants';

/** Options of {@link perClassTTest}. */
export interface PerClassTTestOptions {
  /** Largest p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /**
   * The accuracy that a model's recall is compared with: `population`, the mean top-1 of all models of
   * its variant, as in the paper; `model`, its own top-1; or, on logits alone, `classes`, the mean over all
   * classes and models of its variant. Default `population`.
   */
  readonly normalize?: (typeof NORMALIZE)[number];
  /**
   * The scale of the test: the recall, a `share`, as in the paper; or its `logit`, on which a hard class
   * has no more to lose than an easy one: log((k + ½) / (n − k + ½)) of the k of n images right, less the
   * logit of top-1 in the same form, or its mean over the models. Top-1 mixes easy and hard classes, so
   * where the logits of all classes fall alike its own falls less, and many classes seem hurt;
   * `normalize: 'classes'` finds none then. Default `share`.
   */
  readonly scale?: (typeof SCALES)[number];
  /**
   * `independent` models, as in the paper; or `replicate`, a paired t-test between the variant's models
   * and those of the baseline that they were made from, by their replicates. Default `independent`.
   */
  readonly pairing?: (typeof PAIRINGS)[number];
  /** One test per `class`, or per value of the group of this name. Default `class`. */
  readonly by?: string;
}

const NORMALIZE = ['population', 'model', 'classes'] as const;
const SCALES = ['share', 'logit'] as const;

/** The rules of the options of {@link perClassTTest}. */
export const perClassOptions: OptionRules<PerClassTTestOptions> = {
  alpha: PROBABILITY,
  baseline: VARIANT,
  normalize: choice(NORMALIZE),
  scale: choice(SCALES),
  pairing: PAIRING,
  by: TEXT,
};

/** The table of {@link perClassTTest}. */
export const perClassTable = defineTable({
  name: 'perClassTTest',
  row: 'One class of one variant.',
  columns: {
    ...compared,
    class: int('The class, from 0; with `by`, the place of the group among its sorted values.'),
    class_name: optional(string('Its name, where names are known; with `by`, the value.')),
    ...modelCounts,
    baseline_mean_recall: double(
      'Images of the class that a model of the baseline gets right, mean over the models.',
      UNIT.share,
    ),
    variant_mean_recall: double('The same of the variant.', UNIT.share),
    absolute_change: double('Variant less baseline mean recall.', UNIT.change),
    normalized_change: double(
      'The same less the change of mean top-1; with `scale: logit`, of logits.',
      'difference of shares −2–2, or of logits −∞–∞',
    ),
    ...tested,
    ...significanceOf('p_value', 'the model as a whole'),
  },
});

/** One class of one variant. */
export type PerClassRow = RowOf<typeof perClassTable>;

/**
 * Finds the classes that lose more to compression than the model as a whole (`hurt`), or less (`helped`:
 * they may still lose) (paper, section 3.1). For each variant and class it is Welch's two-sample,
 * two-tailed t-test between the recalls of the baseline's models and those of the variant's, each less the
 * top-1 accuracy of its variant. The null hypothesis: the class moved exactly as much as the models did.
 *
 * The tests are over models: they tell how far the result would move with models of other training runs,
 * on the same images. `standardErrors` adds the error of the images.
 *
 * Where both samples have no variance, `statistic` is ±Infinity and `p_value` 0 if their means
 * differ, and both are NaN, not significant, if they are equal. Where a variant has one model its rows
 * have the changes, and NaN for the test.
 *
 * @returns a {@link PerClassRow} per variant and class that has images, by sparsity, then class;
 *   `class_name` where the predictions know the names
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where there is only one variant, or models that are to be paired have other
 *   replicates than the baseline's
 */
export function perClassTTest(
  predictions: Predictions,
  options: PerClassTTestOptions = {},
): PerClassRow[] {
  checkPredictions('perClassTTest', predictions);
  const {
    alpha = 0.05,
    by = 'class',
    ...how
  } = checkOptions('perClassTTest', options, perClassOptions);
  checkOption(
    'normalize',
    how.normalize,
    how.normalize !== 'classes' || how.scale === 'logit',
    "population or model, or scale: 'logit' beside it",
  );
  const { baseline, variants } = compareVariants(predictions.models, options.baseline);
  const parts = partsOf(predictions, by);
  const reference = countCorrect(predictions.trueClass, parts, baseline);
  return variants.flatMap((variant) => {
    if (how.pairing === 'replicate') requireSameReplicates(variant, baseline);
    const counts = countCorrect(predictions.trueClass, parts, variant);
    const tests = compare(reference, counts, parts, how);
    const found = significance(tests, alpha);
    return tests.map((test, i) => rowOf(variant, baseline, test, found[i]!, parts.names));
  });
}

/** Written out, since objects of several spreads are slow to make and to read, and there are thousands. */
function rowOf(
  { variant, sparsity }: Variant,
  { variant: baseline }: Variant,
  test: ClassTest,
  { p_adjusted, significant, direction }: Significance,
  names: readonly string[] | undefined,
): PerClassRow {
  const { class: part, n_baseline, n_variant, baseline_mean_recall, variant_mean_recall } = test;
  const { absolute_change, normalized_change, statistic, p_value } = test;
  const class_name = names?.[part];
  const row = {
    n_baseline,
    n_variant,
    baseline_mean_recall,
    variant_mean_recall,
    absolute_change,
    normalized_change,
    statistic,
    p_value,
    p_adjusted,
    significant,
    direction,
  };
  return class_name === undefined
    ? { variant, sparsity, baseline, class: part, ...row }
    : { variant, sparsity, baseline, class: part, class_name, ...row };
}

/** How many images each of a variant's models gets right. */
interface Correct {
  /** By part, [models][parts]. */
  readonly perPart: readonly Int32Array[];
  /** Of all parts, [models]. */
  readonly perModel: readonly number[];
  /** By all models together. */
  readonly total: number;
}

function countCorrect(trueClass: Int32Array, parts: Parts, { models }: Variant): Correct {
  const perPart = models.map(({ predictedClass }) =>
    correctPerPart(trueClass, predictedClass, parts),
  );
  const perModel = perPart.map(sum);
  return { perPart, perModel, total: sum(perModel) };
}

type ClassTest = Omit<
  PerClassRow,
  keyof typeof compared | 'class_name' | 'p_adjusted' | 'significant' | 'direction'
>;

type How = Pick<PerClassTTestOptions, 'normalize' | 'scale' | 'pairing'>;

function compare(baseline: Correct, variant: Correct, parts: Parts, how: How): ClassTest[] {
  const { normalize = 'population', scale = 'share', pairing = 'independent' } = how;
  const images = sum(parts.sizes);
  const n_baseline = baseline.perModel.length;
  const n_variant = variant.perModel.length;
  const isTestable = n_baseline > 1 && n_variant > 1;
  const samplesOf =
    scale === 'logit'
      ? logitSamples(images, parts, normalize)
      : shareSamples(images, n_baseline * n_variant, normalize);
  const [samplesBefore, samplesNow] = [samplesOf(baseline), samplesOf(variant)];
  const test = pairing === 'replicate' ? pairedTTest : welchTTest;
  const top1Change = variant.total / n_variant / images - baseline.total / n_baseline / images;
  const meanRecall = ({ perPart }: Correct, part: number) =>
    perPart.reduce((correct, model) => correct + model[part]!, 0) /
    perPart.length /
    parts.sizes[part]!;

  return partsWithImages(parts).map((part) => {
    const size = parts.sizes[part]!;
    const [before, now] = [samplesBefore(part, size), samplesNow(part, size)];
    const { statistic, pValue } = isTestable ? test(before, now) : UNTESTED;
    const baseline_mean_recall = meanRecall(baseline, part);
    const variant_mean_recall = meanRecall(variant, part);
    const absolute_change = variant_mean_recall - baseline_mean_recall;
    const normalized_change =
      scale === 'logit'
        ? sum(now) / n_variant - sum(before) / n_baseline
        : absolute_change - top1Change;
    return {
      class: part,
      n_baseline,
      n_variant,
      baseline_mean_recall,
      variant_mean_recall,
      absolute_change,
      normalized_change,
      statistic,
      p_value: pValue,
    };
  });
}

const UNTESTED = { statistic: Number.NaN, pValue: Number.NaN };

/** The samples of a variant's tests: one number per model, for a part with `size` images. */
type Samples = (correct: Correct) => (part: number, size: number) => Float64Array;

/**
 * Recalls less an accuracy, times a factor that makes both whole numbers and cancels in the test: equal
 * values are then exactly equal, and a variance of 0 is 0 instead of 1e-34.
 */
function shareSamples(images: number, factor: number, normalize: How['normalize']): Samples {
  return ({ perPart, perModel, total }) =>
    (part, size) =>
      Float64Array.from(perModel, (own, model) => {
        const correct = normalize === 'model' ? own * factor : (total * factor) / perModel.length;
        return perPart[model]![part]! * factor * images - correct * size;
      });
}

/** Logits of recalls less that of an accuracy: one per model, or one for all. */
function logitSamples(images: number, parts: Parts, normalize: How['normalize']): Samples {
  return ({ perPart, perModel }) => {
    const own = perModel.map((correct) => logit(correct, images));
    const all =
      normalize === 'classes'
        ? mean(partsWithImages(parts).flatMap((part) => logitsOf(part, parts.sizes[part]!)))
        : mean(own);
    return (part, size) =>
      Float64Array.from(
        logitsOf(part, size),
        (recall, model) => recall - (normalize === 'model' ? own[model]! : all),
      );

    function logitsOf(part: number, size: number): number[] {
      return perPart.map((correct) => logit(correct[part]!, size));
    }
  };
}
