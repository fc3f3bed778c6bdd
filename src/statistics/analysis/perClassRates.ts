import { mean } from 'simple-statistics';
import { checkOptions, checkPredictions, type OptionRules, TEXT, VARIANT } from '../options';
import type { Predictions } from '../predictions/predictions';
import { compared } from '../tables/columns';
import { defineTable, double, int, optional, type RowOf, string } from '../tables/schema';
import { type Parts, partsOf } from './parts';
import { largest } from './sums';
import { type Baseline, baselineOf, comparedColumns, type Variant, variantsOf } from './variants';

/** Options of {@link perClassRates}. */
export interface PerClassRatesOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /** A group within whose images the rates are taken, value by value. Default: all images together. */
  readonly by?: string;
}

const RULES: OptionRules<PerClassRatesOptions> = { baseline: VARIANT, by: TEXT };

const RATES = ['recall', 'precision', 'false_positive_rate', 'false_negative_rate'] as const;
type Rate = (typeof RATES)[number];

/** The table of {@link perClassRates}. */
export const ratesTable = defineTable({
  name: 'perClassRates',
  row: 'One class of one variant, the baseline among them.',
  columns: {
    ...compared,
    group: optional(string('The value of the group within which the rates are taken.')),
    class: int('The class, from 0.'),
    class_name: optional(string('Its name, where names are known.')),
    n_models: int('Models of the variant.'),
    n_images: int('Images of the class.'),
    recall: double('Images of the class that are labelled so, mean over the models.', 'share 0–1'),
    precision: double(
      'Images labelled so that are of the class, mean over the models that label any so.',
      'share 0–1',
    ),
    false_positive_rate: double(
      'Images of other classes that are labelled so, mean over the models.',
      'share 0–1',
    ),
    false_negative_rate: double('One less recall.', 'share 0–1'),
    recall_change: double('Variant less baseline; 0 at the baseline.', 'difference of shares'),
    precision_change: double('The same of precision.', 'difference of shares'),
    false_positive_rate_change: double(
      'The same of the false positive rate.',
      'difference of shares',
    ),
    false_negative_rate_change: double(
      'The same of the false negative rate.',
      'difference of shares',
    ),
  },
});

/** One class of one variant. */
export type RatesRow = RowOf<typeof ratesTable>;

/**
 * How often each class is found, and how often it is seen where it is not: a class that loses little
 * recall may have gained it by being predicted more often.
 *
 * @returns a {@link RatesRow} per variant, value of the group and class that has images, by sparsity,
 *   the baseline's among them
 * @throws OptionError for a value that an option does not take
 */
export function perClassRates(
  predictions: Predictions,
  options: PerClassRatesOptions = {},
): RatesRow[] {
  checkPredictions('perClassRates', predictions);
  const { by } = checkOptions('perClassRates', options, RULES);
  const variants = variantsOf(predictions.models);
  const baseline = baselineOf(variants, options.baseline);
  const { classNames } = predictions;
  const groups = by === undefined ? undefined : partsOf(predictions, by);
  const rates = new Map(
    variants.map((variant) => [variant, ratesOf(predictions, variant, groups)]),
  );
  const reference = rates.get(baseline)!;
  return variants.flatMap((variant) =>
    rates.get(variant)!.map((rate, i): RatesRow => {
      const change = (of: Rate) => rate[of] - reference[i]![of];
      const name = classNames?.[rate.label];
      return {
        ...comparedColumns(variant, baseline),
        ...(groups && { group: groups.names![rate.group]! }),
        class: rate.label,
        ...(name !== undefined && { class_name: name }),
        ...{ n_models: variant.models.length, n_images: rate.images },
        ...{ recall: rate.recall, precision: rate.precision },
        false_positive_rate: rate.false_positive_rate,
        false_negative_rate: rate.false_negative_rate,
        recall_change: change('recall'),
        precision_change: change('precision'),
        false_positive_rate_change: change('false_positive_rate'),
        false_negative_rate_change: change('false_negative_rate'),
      };
    }),
  );
}

type ClassRates = Record<Rate, number> & {
  readonly group: number;
  readonly label: number;
  readonly images: number;
};

/** Per group and class that has images there. */
function ratesOf(
  { trueClass, models }: Predictions,
  variant: Variant,
  groups: Parts | undefined,
): ClassRates[] {
  const classes = 1 + Math.max(largest(trueClass), ...models.map((m) => largest(m.predictedClass)));
  const sizes = groups?.sizes ?? Int32Array.of(trueClass.length);
  const cell = (image: number, label: number) => (groups?.partOf[image] ?? 0) * classes + label;
  const images = new Int32Array(sizes.length * classes);
  for (let i = 0; i < trueClass.length; i++) images[cell(i, trueClass[i]!)]!++;
  const counts = variant.models.map(({ predictedClass }) => {
    const labelled = new Int32Array(images.length);
    const right = new Int32Array(images.length);
    for (let i = 0; i < trueClass.length; i++) {
      const at = cell(i, predictedClass[i]!);
      labelled[at]!++;
      right[at]! += Number(predictedClass[i] === trueClass[i]);
    }
    return { labelled, right };
  });
  return Array.from(images.keys())
    .filter((at) => images[at]! > 0)
    .map((at) => {
      const group = Math.floor(at / classes);
      const others = sizes[group]! - images[at]!;
      const recall = mean(counts.map(({ right }) => right[at]! / images[at]!));
      const precisions = counts.flatMap(({ labelled, right }) =>
        labelled[at]! > 0 ? right[at]! / labelled[at]! : [],
      );
      return {
        ...{ group, label: at % classes, images: images[at]!, recall },
        precision: precisions.length > 0 ? mean(precisions) : Number.NaN,
        false_positive_rate: mean(
          counts.map(({ labelled, right }) => (labelled[at]! - right[at]!) / others),
        ),
        false_negative_rate: 1 - recall,
      };
    });
}
