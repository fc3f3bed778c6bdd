import { mean, sampleStandardDeviation } from 'simple-statistics';
import { checkOptions, checkPredictions, count, type OptionRules, SEED } from '../options';
import type { Predictions } from '../predictions/predictions';
import { randomFrom, shuffleInPlace } from '../random';
import { compared } from '../tables/columns';
import { defineTable, double, int, type RowOf } from '../tables/schema';
import { type FindPIEsOptions, pieOptions } from './findPIEs';
import { comparedColumns, compareVariants, requireModels, type Variant } from './variants';
import { NO_MODE, type Votes, voteCounter } from './votes';

/** Options of {@link chancePIEs}. */
export interface ChancePIEsOptions extends Pick<FindPIEsOptions, 'baseline' | 'ties'> {
  /** How often the variants are halved. Default 40, at least 2. */
  readonly splits?: number;
  /** Draws the halves. Default 0. */
  readonly seed?: number;
}

const RULES: OptionRules<ChancePIEsOptions> = { ...pieOptions, splits: count(2), seed: SEED };

/** The table of {@link chancePIEs}. */
export const chanceTable = defineTable({
  name: 'chancePIEs',
  row: 'One variant against chance. Counts are of images, means over the splits.',
  columns: {
    ...compared,
    n_models: int('Models in each of the groups that are compared.'),
    pies: double('Images on which the modal labels of baseline and variant differ.', 'images'),
    baseline_within: double(
      'The same between two groups of the baseline, which differ in their seeds alone.',
      'images',
    ),
    variant_within: double('The same between two groups of the variant.', 'images'),
    beyond_chance: double('`pies` less the mean of the other two.', 'images'),
    pies_sd: double('Sample standard deviation over the splits, which share the models.', 'images'),
    baseline_within_sd: double('The same of `baseline_within`.', 'images'),
    variant_within_sd: double('The same of `variant_within`.', 'images'),
    beyond_chance_sd: double('The same of `beyond_chance`.', 'images'),
  },
});

/** One variant against chance. */
export type ChanceRow = RowOf<typeof chanceTable>;

/**
 * How many PIEs are there by chance: the modal labels of two groups of models differ on some images
 * even where nothing but the seeds tells the groups apart, and on more of them where the models are
 * less sure. Each variant's models are split at random into two groups, and what groups of the
 * baseline and of the variant differ on is set against what two groups of either differ on among
 * themselves, as an energy distance
 * does (Székely & Rizzo 2013). Not in the paper.
 *
 * All groups are of one size, the largest odd number that the smallest variant holds twice: fewer models
 * differ on more images, and an even number often ties.
 *
 * @returns a {@link ChanceRow} per variant
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where a variant has fewer than two models, or there is only one variant
 */
export function chancePIEs(predictions: Predictions, options: ChancePIEsOptions = {}): ChanceRow[] {
  checkPredictions('chancePIEs', predictions);
  const { splits = 40, seed = 0, ties = 'largest' } = checkOptions('chancePIEs', options, RULES);
  const { baseline, variants } = compareVariants(predictions.models, options.baseline);
  const size = groupSize([baseline, ...variants]);
  const votesOf = voteCounter(predictions, ties);
  /** Per split the votes of a variant's two groups. */
  const groups = ({ variant, sparsity, models }: Variant) =>
    Array.from({ length: splits }, (_, split) => {
      const stream = Number.isNaN(sparsity) ? variant : sparsity;
      const drawn = shuffleInPlace([...models], randomFrom(seed, 'split', stream, split));
      return [0, size].map((from) => votesOf(drawn.slice(from, from + size))) as Pair;
    });
  const reference = groups(baseline);
  const baselineWithin = reference.map(([a, b]) => differing(a, b));
  return variants.map((variant) => {
    const changed = groups(variant);
    const variantWithin = changed.map(([a, b]) => differing(a, b));
    const pies = changed.map((group, i) =>
      mean(group.flatMap((a) => reference[i]!.map((b) => differing(a, b)))),
    );
    const beyond = pies.map((count, i) => count - (baselineWithin[i]! + variantWithin[i]!) / 2);
    return {
      ...comparedColumns(variant, baseline),
      n_models: size,
      pies: mean(pies),
      baseline_within: mean(baselineWithin),
      variant_within: mean(variantWithin),
      beyond_chance: mean(beyond),
      pies_sd: sampleStandardDeviation(pies),
      baseline_within_sd: sampleStandardDeviation(baselineWithin),
      variant_within_sd: sampleStandardDeviation(variantWithin),
      beyond_chance_sd: sampleStandardDeviation(beyond),
    };
  });
}

type Pair = [Votes, Votes];

function groupSize(variants: readonly Variant[]): number {
  for (const variant of variants) requireModels(variant, 2, 'it is compared with itself');
  const half = Math.floor(Math.min(...variants.map(({ models }) => models.length)) / 2);
  return half % 2 === 0 ? half - 1 : half;
}

/** Images that have another modal label in each group; without those that a tie excludes. */
function differing(a: Votes, b: Votes): number {
  let count = 0;
  for (let i = 0; i < a.mode.length; i++)
    if (a.mode[i] !== b.mode[i] && a.mode[i] !== NO_MODE && b.mode[i] !== NO_MODE) count++;
  return count;
}
