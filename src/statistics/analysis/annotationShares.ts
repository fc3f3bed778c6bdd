import { groupBy } from '../groupBy';
import { checkOptions, type OptionRules, PROBABILITY } from '../options';
import { compared, UNIT } from '../tables/columns';
import {
  boolean,
  defineTable,
  double,
  int,
  oneOf,
  type RowOf,
  rowsOf,
  type Table,
} from '../tables/schema';
import {
  ANNOTATED_SETS,
  type AnnotatedSet,
  type AnnotationRow,
  ATTRIBUTES,
  type Attribute,
  annotationTable,
  setColumn,
} from './annotations';
import { clusteredShare, differenceInterval, type ShareWithInterval } from './clusteredShare';
import { adjustPValues, welchTTest } from './tTest';
import { variantsOf } from './variants';

/** Options of {@link annotationShares}. */
export interface AnnotationSharesOptions {
  /** One minus the coverage of the intervals, 0–1. Default 0.05. */
  readonly alpha?: number;
}

const RULES: OptionRules<AnnotationSharesOptions> = { alpha: PROBABILITY };

/** The column of an attribute's name. */
export const attributeColumn = oneOf(ATTRIBUTES, 'What was asked of the images.');

/** The columns that count people and images. */
export const answerCounts = {
  n_images: int('Images that people answered about.', UNIT.images),
  n_people: int('People who answered.', 'people, 1 or more'),
};

const OVER_IMAGES = 'over images, of which each has one share';

/** The table of {@link annotationShares}. */
export const annotationSharesTable = defineTable({
  name: 'annotationShares',
  row: 'One attribute in one set of images.',
  columns: {
    ...compared,
    set: setColumn,
    attribute: attributeColumn,
    ...answerCounts,
    n_answers: int('Answers of all people on all images.', 'answers, 1 or more'),
    share: double('Mean over the images of the share of people who say yes.', UNIT.share),
    share_low: double(
      `Lower end of Wilson's interval ${OVER_IMAGES}; NaN for fewer than two images.`,
      UNIT.share,
    ),
    share_high: double('Upper end of the same.', UNIT.share),
    difference: double('The share in PIEs less that in this set; NaN for PIEs.', UNIT.change),
    difference_low: double(
      "Lower end of its interval, by those of the two shares (Newcombe's method).",
      UNIT.change,
    ),
    difference_high: double('Upper end of the same.', UNIT.change),
    p_value: double(`Of Welch's t-test of the difference, ${OVER_IMAGES}.`, UNIT.probability),
    p_adjusted: double(
      'The p-value adjusted by Benjamini and Hochberg over the attributes.',
      UNIT.probability,
    ),
    simulated: boolean('Whether a program made up any of the answers.'),
  },
});

/** One attribute in one set of images. */
export type AnnotationShareRow = RowOf<typeof annotationSharesTable>;

/**
 * How often people see each attribute of the paper's figure 7 in PIEs and in other images, and how far PIEs
 * differ from those. Images are the unit: other images might have been drawn; the people are taken as they are.
 *
 * @param annotations the table of `readAnnotations`
 * @returns an {@link AnnotationShareRow} per variant, set and attribute, as far as there are answers
 * @throws TableError for a table of another kind
 * @throws OptionError for a value that an option does not take
 */
export function annotationShares(
  annotations: Table<AnnotationRow>,
  options: AnnotationSharesOptions = {},
): AnnotationShareRow[] {
  const rows = rowsOf('annotationShares', annotationTable, annotations);
  const { alpha = 0.05 } = checkOptions('annotationShares', options, RULES);
  return variantsOf(rows).flatMap(({ variant, sparsity, models: answers }) => {
    const bySet = groupBy(answers, (row) => row.set);
    const sets = ANNOTATED_SETS.flatMap((set) => {
      const ofSet = bySet.get(set);
      return ofSet ? [describe(set, ofSet, alpha)] : [];
    });
    const pies = sets.find(({ set }) => set === 'pies');
    const simulated = answers.some((row) => row.simulated === true);
    return sets.flatMap((one) =>
      comparisons(one, pies).map((columns) => ({
        ...{ variant, sparsity, baseline: answers[0]!.baseline, set: one.set },
        ...{ ...columns, simulated },
      })),
    );
  });
}

interface DescribedSet {
  readonly set: AnnotatedSet;
  readonly counts: Pick<AnnotationShareRow, 'n_images' | 'n_people' | 'n_answers'>;
  readonly attributes: ReadonlyMap<
    Attribute,
    { readonly interval: ShareWithInterval; readonly shares: Float64Array }
  >;
}

function describe(
  set: AnnotatedSet,
  answers: readonly AnnotationRow[],
  alpha: number,
): DescribedSet {
  const images = [...groupBy(answers, (row) => row.image_id).values()];
  const attributes = ATTRIBUTES.map((attribute) => {
    const shares = Float64Array.from(images, (ofImage) => shareOfYes(ofImage, attribute));
    return [
      attribute,
      { interval: clusteredShare(shares, answers.length, alpha), shares },
    ] as const;
  });
  return {
    set,
    counts: {
      n_images: images.length,
      n_people: new Set(answers.map((row) => row.person)).size,
      n_answers: answers.length,
    },
    attributes: new Map(attributes),
  };
}

function shareOfYes(answers: readonly AnnotationRow[], attribute: Attribute): number {
  return answers.filter((row) => row[attribute]).length / answers.length;
}

function comparisons({ set, counts, attributes }: DescribedSet, pies: DescribedSet | undefined) {
  const isCompared = pies !== undefined && set !== 'pies';
  const columns = [...attributes].map(([attribute, { interval, shares }]) => ({
    ...{ attribute, ...counts },
    ...{ share: interval.share, share_low: interval.low, share_high: interval.high },
    ...(isCompared
      ? differenceFrom(pies.attributes.get(attribute)!, interval, shares)
      : NO_DIFFERENCE),
  }));
  const adjusted = adjustPValues(columns.map(({ p_value }) => p_value));
  return columns.map((row, i) => ({ ...row, p_adjusted: adjusted[i]! }));
}

const NO_DIFFERENCE = {
  difference: Number.NaN,
  difference_low: Number.NaN,
  difference_high: Number.NaN,
  p_value: Number.NaN,
};

function differenceFrom(
  pies: { readonly interval: ShareWithInterval; readonly shares: Float64Array },
  interval: ShareWithInterval,
  shares: Float64Array,
) {
  const { low, high } = differenceInterval(pies.interval, interval);
  const isTestable = Math.min(pies.shares.length, shares.length) > 1;
  return {
    difference: pies.interval.share - interval.share,
    ...{ difference_low: low, difference_high: high },
    p_value: isTestable ? welchTTest(pies.shares, shares).pValue : Number.NaN,
  };
}
