import cephes from 'cephes';
import { checkOptions, count, listOf, numberIn, type OptionRules, PROBABILITY } from '../options';
import { UNIT } from '../tables/columns';
import { defineTable, double, int, type RowOf } from '../tables/schema';
import { ANNOTATED_SETS } from './annotations';

/** Options of {@link annotationPower}. */
export interface AnnotationPowerOptions {
  /** Images that each person is shown, a third of them PIEs. Default 150. */
  readonly images?: number;
  /** People who answer about all of them. Default 3. */
  readonly people?: number;
  /** How far people agree beyond chance (Fleiss' kappa), 0–1. Default 0.5. */
  readonly kappa?: number;
  /** Shares of the other images that have an attribute, 0–1. Default 0.05, 0.1, 0.2, 0.3. */
  readonly shares?: readonly number[];
  /** Largest p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** The chance that a true difference is found, 0–1. Default 0.8. */
  readonly power?: number;
}

const RULES: OptionRules<AnnotationPowerOptions> = {
  images: count(2 * ANNOTATED_SETS.length),
  people: count(),
  kappa: numberIn(0, 1, 'a kappa, 0–1'),
  shares: listOf(numberIn(0, 1, 'a share, 0–1')),
  alpha: PROBABILITY,
  power: PROBABILITY,
};

/** The table of {@link annotationPower}. */
export const powerTable = defineTable({
  name: 'annotationPower',
  row: 'What a study finds of one attribute.',
  columns: {
    n_images: int('Images of each set.', UNIT.images),
    n_people: int('People who answer about each.', 'people, 1 or more'),
    n_effective: double(
      'Independent answers about a set that would be as precise.',
      'answers, 1 or more',
    ),
    share: double('Other images that have the attribute.', UNIT.share),
    detectable_share: double(
      'The smallest larger share in PIEs that the study finds; NaN where it finds none.',
      UNIT.share,
    ),
    detectable_difference: double('That share less the other.', UNIT.change),
  },
});

/** What a study finds of one attribute. */
export type PowerRow = RowOf<typeof powerTable>;

/**
 * The smallest difference between PIEs and another set of images that a study with people finds, in the two-sided
 * test of two shares. The answers about one image are correlated; for yes and no the correlation is about Fleiss'
 * kappa, so that m people are worth m / (1 + (m − 1) kappa) independent ones (Kish 1965).
 *
 * @returns a {@link PowerRow} per share
 * @throws OptionError for a value that an option does not take
 */
export function annotationPower(options: AnnotationPowerOptions = {}): PowerRow[] {
  const {
    images = 150,
    people = 3,
    kappa = 0.5,
    ...rest
  } = checkOptions('annotationPower', options, RULES);
  const { shares = [0.05, 0.1, 0.2, 0.3], alpha = 0.05, power = 0.8 } = rest;
  const n_images = Math.floor(images / ANNOTATED_SETS.length);
  const n_effective = (n_images * people) / (1 + (people - 1) * kappa);
  return shares.map((share) => {
    const detectable_share = detectableShare(share, n_effective, alpha, power);
    return {
      ...{ n_images, n_people: people, n_effective, share, detectable_share },
      detectable_difference: detectable_share - share,
    };
  });
}

/** Of the share that is found. */
const PRECISION = 1e-9;

function detectableShare(share: number, answers: number, alpha: number, power: number): number {
  if (powerOf(1, share, answers, alpha) < power) return Number.NaN;
  let [low, high] = [share, 1];
  while (high - low > PRECISION) {
    const middle = (low + high) / 2;
    if (powerOf(middle, share, answers, alpha) < power) low = middle;
    else high = middle;
  }
  return high;
}

/** The power of the test of two shares, with the pooled variance under the hypothesis of none. */
function powerOf(a: number, b: number, answers: number, alpha: number): number {
  const pooled = (a + b) / 2;
  const none = Math.sqrt(2 * pooled * (1 - pooled));
  const some = Math.sqrt(a * (1 - a) + b * (1 - b));
  const critical = cephes.ndtri(1 - alpha / 2) * none;
  const difference = (a - b) * Math.sqrt(answers);
  return cephes.ndtr((difference - critical) / some) + cephes.ndtr((-difference - critical) / some);
}
