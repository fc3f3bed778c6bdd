import cephes from 'cephes';
import { OptionError } from '../errors';
import { groupBy } from '../groupBy';
import { checkOptions, type OptionRules, PROBABILITY, something } from '../options';
import type { ImageId } from '../predictions/predictions';
import { compared, UNIT } from '../tables/columns';
import { defineTable, double, int, oneOf, type RowOf, rowsOf, type Table } from '../tables/schema';
import { type PIERow, pieTable } from './findPIEs';
import { variantsOf } from './variants';

/** Options of {@link enrichment}. */
export interface EnrichmentOptions {
  /**
   * The value that images are matched on, by image id: only images of equal values are compared with each
   * other. `imageAccuracy` gives such values. Default: none, and the table has crude odds ratios alone.
   */
  readonly matchedOn?: ReadonlyMap<ImageId, number | string>;
  /** One minus the coverage of the intervals, 0–1. Default 0.05. */
  readonly alpha?: number;
}

const RULES: OptionRules<EnrichmentOptions> = {
  matchedOn: {
    ...something('a Map by image id'),
    accepts: (value) => value instanceof Map,
  },
  alpha: PROBABILITY,
};

const RATIO = 'ratio 0–∞';

/** The table of {@link enrichment}. */
export const enrichmentTable = defineTable({
  name: 'enrichment',
  row: "One variant's PIEs against the other images.",
  columns: {
    ...compared,
    comparison: oneOf(['crude', 'matched'], 'With all other images, or with those that match.'),
    n_images: int('Images with a known outcome.', UNIT.images),
    n_pies: int('PIEs among them.', UNIT.images),
    pies_with: int('PIEs with the outcome.', UNIT.images),
    others_with: int('Other images with the outcome.', UNIT.images),
    n_strata: int(
      'Values that images are matched on at which there are PIEs and others; 1 if crude.',
      'values, 0 or more',
    ),
    odds_ratio: double(
      'Odds of the outcome among PIEs over those among others (Mantel & Haenszel 1959).',
      RATIO,
    ),
    odds_ratio_low: double(
      'Lower end of its interval over images (Robins, Breslow & Greenland 1986); NaN for a ratio of 0 or ∞.',
      RATIO,
    ),
    odds_ratio_high: double('Upper end of the same.', RATIO),
    p_value: double(
      'Of the test for an odds ratio of 1, over images (Cochran–Mantel–Haenszel).',
      UNIT.probability,
    ),
  },
});

/** One variant's PIEs against the other images. */
export type EnrichmentRow = RowOf<typeof enrichmentTable>;

const NEEDED = ['variant', 'sparsity', 'baseline', 'image_id'] as const;

/**
 * Whether PIEs have some property, such as a wrong label, more often than other images: crude, and
 * matched on what PIEs differ in anyway. PIEs are hard images; only matching on the accuracy of dense
 * models shows whether they are special beyond that.
 *
 * @param pies the table of `findPIEs`
 * @param outcome whether an image has the property, by image id, for PIEs and other images alike; images
 *   without an entry are left out
 * @returns an {@link EnrichmentRow} per variant, crude and where asked matched
 * @throws TableError for a table of another kind
 * @throws OptionError where no image of the outcome is a PIE, or `matchedOn` lacks an image
 */
export function enrichment(
  pies: Table<Pick<PIERow, (typeof NEEDED)[number]>>,
  outcome: ReadonlyMap<ImageId, boolean>,
  options: EnrichmentOptions = {},
): EnrichmentRow[] {
  const rows = rowsOf('enrichment', pieTable, pies, NEEDED);
  if (!(outcome instanceof Map))
    throw new OptionError('enrichment: outcome is not a Map from image ids to true or false.', {
      option: 'outcome',
      value: outcome,
    });
  const { matchedOn, alpha = 0.05 } = checkOptions('enrichment', options, RULES);
  const stratumOf = (id: ImageId) => {
    const value = matchedOn!.get(id);
    if (value !== undefined) return value;
    throw new OptionError(`matchedOn: lacks image ${id}, of which the outcome is known.`, {
      option: 'matchedOn',
    });
  };
  return variantsOf(rows).flatMap(({ variant, sparsity, models }) => {
    const ids = new Set(models.map(({ image_id }) => image_id));
    const images = [...outcome].map(([id, has]) => ({ id, has: Boolean(has), isPie: ids.has(id) }));
    if (!images.some(({ isPie }) => isPie))
      throw new OptionError(
        `enrichment: no PIE of ${variant} is among the ${images.length} images of the outcome, such as ` +
          `${images[0]?.id}; a PIE is ${models[0]?.image_id}.`,
        { option: 'outcome' },
      );
    const place = { variant, sparsity, baseline: models[0]!.baseline };
    const row = (comparison: 'crude' | 'matched', strata: readonly Stratum[]): EnrichmentRow => {
      const [total] = [countOf(images)];
      return {
        ...{ ...place, comparison, n_images: images.length, n_pies: total.a + total.b },
        ...{ pies_with: total.a, others_with: total.c },
        n_strata: strata.filter(({ a, b, c, d }) => a + b > 0 && c + d > 0).length,
        ...mantelHaenszel(strata, alpha),
      };
    };
    const crude = row('crude', [countOf(images)]);
    if (!matchedOn) return [crude];
    const strata = [...groupBy(images, ({ id }) => stratumOf(id)).values()].map(countOf);
    return [crude, row('matched', strata)];
  });
}

/** A 2 × 2 table: PIEs with the outcome and without, others with and without. */
interface Stratum {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

function countOf(images: readonly { readonly has: boolean; readonly isPie: boolean }[]): Stratum {
  const count = (isPie: boolean, has: boolean) =>
    images.filter((image) => image.isPie === isPie && image.has === has).length;
  return {
    ...{ a: count(true, true), b: count(true, false) },
    ...{ c: count(false, true), d: count(false, false) },
  };
}

/** The pooled odds ratio with its interval and test, as statsmodels' `StratifiedTable` has them. */
function mantelHaenszel(strata: readonly Stratum[], alpha: number) {
  let [R, S, PR, PSQR, QS, difference, variance] = [0, 0, 0, 0, 0, 0, 0];
  for (const { a, b, c, d } of strata) {
    const n = a + b + c + d;
    const [r, s] = [(a * d) / n, (b * c) / n];
    const [p, q] = [(a + d) / n, (b + c) / n];
    R += r;
    S += s;
    PR += p * r;
    PSQR += p * s + q * r;
    QS += q * s;
    difference += a - ((a + b) * (a + c)) / n;
    if (n > 1) variance += ((a + b) * (c + d) * (a + c) * (b + d)) / (n * n * (n - 1));
  }
  const odds_ratio = R / S;
  const error = Math.sqrt(PR / (2 * R * R) + PSQR / (2 * R * S) + QS / (2 * S * S));
  const width = Math.exp(cephes.ndtri(1 - alpha / 2) * error);
  return {
    ...{ odds_ratio, odds_ratio_low: odds_ratio / width, odds_ratio_high: odds_ratio * width },
    p_value: 2 * cephes.ndtr(-Math.abs(difference) / Math.sqrt(variance)),
  };
}
