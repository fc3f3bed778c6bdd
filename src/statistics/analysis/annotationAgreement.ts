import cephes from 'cephes';
import { groupBy } from '../groupBy';
import { checkOptions, type OptionRules, PROBABILITY } from '../options';
import { compared, UNIT } from '../tables/columns';
import { boolean, defineTable, double, type RowOf, rowsOf, type Table } from '../tables/schema';
import { answerCounts, attributeColumn } from './annotationShares';
import { type AnnotationRow, ATTRIBUTES, annotationTable } from './annotations';
import { meanAndError } from './tTest';
import { variantsOf } from './variants';

/** Options of {@link annotationAgreement}. */
export interface AnnotationAgreementOptions {
  /** One minus the coverage of the intervals, 0–1. Default 0.05. */
  readonly alpha?: number;
}

const RULES: OptionRules<AnnotationAgreementOptions> = { alpha: PROBABILITY };

const KAPPA = 'agreement −1–1';

/** The table of {@link annotationAgreement}. */
export const agreementTable = defineTable({
  name: 'annotationAgreement',
  row: 'How far people agree on one attribute.',
  columns: {
    ...compared,
    attribute: attributeColumn,
    n_images: answerCounts.n_images,
    n_people: answerCounts.n_people,
    share: double('Mean over the images of the share of people who say yes.', UNIT.share),
    agreement: double(
      'Pairs of people who say the same of an image, mean over images.',
      UNIT.share,
    ),
    expected: double('The same for people who say yes at random, as often.', UNIT.share),
    kappa: double(
      "Fleiss' kappa: agreement beyond chance, 0 = none, 1 = full; NaN where all say the same of all images.",
      KAPPA,
    ),
    kappa_low: double('Lower end of its interval over images (delete-one jackknife).', KAPPA),
    kappa_high: double('Upper end of the same.', KAPPA),
    simulated: boolean('Whether a program made up any of the answers.'),
  },
});

/** How far people agree on one attribute. */
export type AgreementRow = RowOf<typeof agreementTable>;

/**
 * How far people agree on each attribute beyond chance: Fleiss' kappa (1971), over the images that two people
 * or more answered about. Where images have different numbers of people it is Gwet's extension (2014), which is
 * the same where they have equal ones.
 *
 * @param annotations the table of `readAnnotations`
 * @returns an {@link AgreementRow} per variant and attribute; none of a variant where no image has two people
 * @throws TableError for a table of another kind
 * @throws OptionError for a value that an option does not take
 */
export function annotationAgreement(
  annotations: Table<AnnotationRow>,
  options: AnnotationAgreementOptions = {},
): AgreementRow[] {
  const rows = rowsOf('annotationAgreement', annotationTable, annotations);
  const { alpha = 0.05 } = checkOptions('annotationAgreement', options, RULES);
  return variantsOf(rows).flatMap(({ variant, sparsity, models }) => {
    const images = [...groupBy(models, (row) => row.image_id).values()].filter(
      (answers) => answers.length > 1,
    );
    if (images.length === 0) return [];
    const answers = images.flat();
    return ATTRIBUTES.map((attribute) => ({
      ...{ variant, sparsity, baseline: models[0]!.baseline, attribute },
      n_images: images.length,
      n_people: new Set(answers.map((row) => row.person)).size,
      ...fleiss(
        images.map((ofImage) => votesOf(ofImage.map((row) => row[attribute]))),
        alpha,
      ),
      simulated: answers.some((row) => row.simulated === true),
    }));
  });
}

/** Of one image: the share of people who say yes, and of pairs of people who say the same. */
interface Votes {
  readonly yes: number;
  readonly agreement: number;
}

function votesOf(answers: readonly boolean[]): Votes {
  const people = answers.length;
  const yes = answers.filter(Boolean).length;
  const no = people - yes;
  return {
    yes: yes / people,
    agreement: (yes * (yes - 1) + no * (no - 1)) / (people * (people - 1)),
  };
}

function fleiss(images: readonly Votes[], alpha: number) {
  const n = images.length;
  const total = images.reduce(
    (sum, { yes, agreement }) => ({ yes: sum.yes + yes, agreement: sum.agreement + agreement }),
    { yes: 0, agreement: 0 },
  );
  const all = kappaOf(total, n);
  const without = images.map(
    ({ yes, agreement }) =>
      kappaOf({ yes: total.yes - yes, agreement: total.agreement - agreement }, n - 1).kappa,
  );
  const error = (n - 1) * Math.sqrt(meanAndError(Float64Array.from(without)).squaredError);
  const half = n < 2 ? Number.NaN : cephes.stdtri(n - 1, 1 - alpha / 2) * error;
  return {
    ...all,
    kappa_low: Math.max(-1, all.kappa - half),
    kappa_high: Math.min(1, all.kappa + half),
  };
}

/** Kappa by the sums over n images. */
function kappaOf(sum: Votes, n: number) {
  const share = sum.yes / n;
  const agreement = sum.agreement / n;
  const expected = share ** 2 + (1 - share) ** 2;
  // Sums of thirds miss 0 and 1 by a rounding, and kappa would be a quotient of roundings.
  const isUnanimous = 1 - expected < 1e-12;
  const kappa = isUnanimous ? Number.NaN : (agreement - expected) / (1 - expected);
  return { share, agreement, expected, kappa };
}
