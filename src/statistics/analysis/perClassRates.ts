import { mean } from 'simple-statistics';
import { checkOptions, checkPredictions, type OptionRules, TEXT, VARIANT } from '../options';
import type { Predictions } from '../predictions/predictions';
import { compared, UNIT } from '../tables/columns';
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
    class: int('The class.', 'class, 0 or more'),
    class_name: optional(string('Its name, where names are known.')),
    n_models: int('Models of the variant.', UNIT.models),
    n_images: int('Images of the class.', UNIT.images),
    recall: double('Images of the class that get its label, mean over the models.', UNIT.share),
    precision: double(
      'Images with the label that are of the class, mean over the models that give it; NaN where none does.',
      UNIT.share,
    ),
    false_positive_rate: double(
      'Images of other classes that get the label, mean over the models; NaN without such images.',
      UNIT.share,
    ),
    false_negative_rate: double('1 − recall.', UNIT.share),
    recall_change: double('Variant less baseline; 0 at the baseline.', UNIT.change),
    precision_change: double('The same of precision.', UNIT.change),
    false_positive_rate_change: double('The same of the false positive rate.', UNIT.change),
    false_negative_rate_change: double('The same of the false negative rate.', UNIT.change),
  },
});

/** Rates of one class of one variant. */
export type RatesRow = RowOf<typeof ratesTable>;

/**
 * Recall, precision, false positive rate and false negative rate of each class. A class may owe its recall
 * to being predicted more often, which its precision and false positive rate show.
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
