import { mean, quantileSorted } from 'simple-statistics';
import { checkOptions, checkPredictions, count, type OptionRules, SEED } from '../options';
import type { Predictions } from '../predictions/predictions';
import { progress } from '../progress';
import { type Random, randomFrom, shuffleInPlace } from '../random';
import { compared, modelCounts, UNIT } from '../tables/columns';
import { defineTable, double, int, type RowOf } from '../tables/schema';
import { type ModalLabelsOptions, modalLabelOptions } from './modalLabels';
import { PAIRING, type PAIRINGS, requireSameReplicates } from './pairing';
import { comparedColumns, compareVariants, type Variant } from './variants';
import type { Ties } from './votes';

/** Options of {@link chancePIEs}. */
export interface ChancePIEsOptions extends Pick<ModalLabelsOptions, 'baseline' | 'ties'> {
  /** Number of times that the models are dealt anew. Default 1,000. */
  readonly permutations?: number;
  /** Deals them. Default 0. */
  readonly seed?: number;
  /**
   * `independent` models; or `replicate`, where the variant's models were made from those of the baseline,
   * as quantized ones are: chance then swaps the two models of a replicate, or leaves them. Default
   * `independent`.
   */
  readonly pairing?: (typeof PAIRINGS)[number];
}

const RULES: OptionRules<ChancePIEsOptions> = {
  ...modalLabelOptions,
  permutations: count(),
  seed: SEED,
  pairing: PAIRING,
};

const PART = 'share of the PIEs, at most 1; negative for fewer than by chance';

/** The table of {@link chancePIEs}. */
export const chanceTable = defineTable({
  name: 'chancePIEs',
  row: 'One variant against chance.',
  columns: {
    ...compared,
    ...modelCounts,
    pies: int('Images on which the modal labels of baseline and variant differ.', UNIT.images),
    expected: double(
      'PIEs between groups of the same sizes that chance deals, mean over the permutations.',
      UNIT.images,
    ),
    beyond_chance: double('`pies` less `expected`.', 'images, also negative'),
    share: double('`beyond_chance` as a share of `pies`; NaN where there are none.', PART),
    share_low: double(
      'Lower end of its 95% interval over models: the share with the 97.5% quantile of the permutations for `expected`.',
      PART,
    ),
    share_high: double('Upper end of the same, with the 2.5% quantile.', PART),
    p_value: double(
      'Of as many PIEs by chance, over models: (1 + permutations with at least as many) / (1 + permutations).',
      UNIT.probability,
    ),
  },
});

/** One variant against chance. */
export type ChanceRow = RowOf<typeof chanceTable>;

/**
 * How many PIEs come by chance: the modal labels of two groups of models differ on some images even
 * where the groups differ in their seeds alone. A permutation test at full size (Fisher 1935): the
 * models of baseline and variant are pooled and dealt anew into groups of the same sizes, and the PIEs
 * between these are counted. The null hypothesis: the variant's models are like the baseline's. Not in
 * the paper.
 *
 * Where the variant's models were made from the baseline's, use `pairing: 'replicate'`. Both models of a
 * pair come from one seed; dealt anew, they would show what other seeds change as well.
 *
 * Test and interval are over models; the images stay the same. The interval of the share holds 0 where the
 * test finds nothing, with 95% coverage. Where the variant does differ it is wider than the error of the
 * share, since some deals separate the variants and others mix them.
 *
 * @returns a {@link ChanceRow} per variant
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where there is only one variant, or models that are to be paired have other
 *   replicates
 */
export function chancePIEs(predictions: Predictions, options: ChancePIEsOptions = {}): ChanceRow[] {
  checkPredictions('chancePIEs', predictions);
  const {
    permutations = 1000,
    seed = 0,
    ties = 'largest',
    pairing = 'independent',
  } = checkOptions('chancePIEs', options, RULES);
  const { baseline, variants } = compareVariants(predictions.models, options.baseline);
  const rows = variants.map((variant, i) => {
    if (pairing === 'replicate') requireSameReplicates(variant, baseline);
    const count = pieCounter(baseline, variant, ties);
    const random = randomFrom(seed, 'permutations', variant.variant);
    const dealt = pairing === 'replicate' ? swapped(count, random) : shuffled(count, random);
    const counts = deal(count, permutations, dealt, (share) =>
      progress().update(
        `chance of ${variant.variant}: ${Math.floor(100 * share)}%, variant ${i + 1} of ` +
          `${variants.length}`,
      ),
    );
    return { ...comparedColumns(variant, baseline), ...chanceRow(count, counts) };
  });
  progress().done();
  return rows;
}

function chanceRow({ sizes, observed }: PIECounter, counts: readonly number[]) {
  const sorted = [...counts].sort((a, b) => a - b);
  const expected = mean(sorted);
  const share = (chance: number) => (observed === 0 ? Number.NaN : 1 - chance / observed);
  const atLeast = counts.filter((pies) => pies >= observed).length;
  return {
    ...{ n_baseline: sizes[0], n_variant: sizes[1], pies: observed, expected },
    ...{ beyond_chance: observed - expected, share: share(expected) },
    share_low: share(quantileSorted(sorted, 0.975)),
    share_high: share(quantileSorted(sorted, 0.025)),
    p_value: (1 + atLeast) / (1 + counts.length),
  };
}

const MILLISECONDS_BETWEEN_REPORTS = 250;

/** Deals the models that take the place of the baseline's; an array that the next deal overwrites. */
type Deal = () => ArrayLike<number>;

/** Any models. */
function shuffled({ models, sizes }: PIECounter, random: Random): Deal {
  const order = Uint16Array.from({ length: models }, (_, i) => i);
  return () => shuffleInPlace(order, random).subarray(0, sizes[0]);
}

/** One of each pair. */
function swapped({ sizes: [pairs] }: PIECounter, random: Random): Deal {
  const group = new Uint16Array(pairs);
  return () => {
    for (let i = 0; i < pairs; i++) group[i] = random() < 0.5 ? i : pairs + i;
    return group;
  };
}

/** The numbers of PIEs where chance deals the models. */
function deal(
  { pies }: PIECounter,
  permutations: number,
  dealt: Deal,
  report: (share: number) => void,
): number[] {
  let reported = performance.now();
  return Array.from({ length: permutations }, (_, done) => {
    if (performance.now() - reported > MILLISECONDS_BETWEEN_REPORTS) {
      reported = performance.now();
      report(done / permutations);
    }
    return pies(dealt());
  });
}

/** Counts the PIEs between two groups of some models. */
interface PIECounter {
  readonly models: number;
  readonly sizes: readonly [baseline: number, variant: number];
  /** PIEs between baseline and variant as they are. */
  readonly observed: number;
  /** @param group the models in the place of the baseline's; all others are the variant's */
  readonly pies: (group: ArrayLike<number>) => number;
}

const BITS = 32;

/**
 * Holds, for each image that can be a PIE in any deal and each class that a model gives it, the models
 * that do as a set of bits: votes of a group are then counted by the bits that two sets share.
 */
function pieCounter(baseline: Variant, variant: Variant, ties: Ties): PIECounter {
  const predicted = [...baseline.models, ...variant.models].map((model) => model.predictedClass);
  const models = predicted.length;
  const sizes = [baseline.models.length, variant.models.length] as const;
  const words = Math.ceil(models / BITS);
  const { starts, voters } = votesOf(predicted, words, Math.min(...sizes), ties);
  const group = new Int32Array(words);
  const pies = (members: ArrayLike<number>): number => {
    group.fill(0);
    for (let i = 0; i < members.length; i++) group[members[i]! >> 5]! |= 1 << (members[i]! & 31);
    let count = 0;
    for (let image = 0; image + 1 < starts.length; image++)
      if (differs(voters, starts[image]!, starts[image + 1]!, words, group, ties)) count++;
    return count;
  };
  return { models, sizes, pies, observed: pies(baseline.models.map((_, i) => i)) };
}

/** The voters of the classes of an image lie one class after the other, in the order that ties ask for. */
interface Voters {
  /** Where each image's first class is, in classes; and the end of the last. */
  readonly starts: Int32Array;
  /** [classes × words]. */
  readonly voters: Int32Array;
}

function votesOf(
  predicted: readonly Int32Array[],
  words: number,
  smaller: number,
  ties: Ties,
): Voters {
  const models = predicted.length;
  const images = predicted[0]!.length;
  const starts: number[] = [0];
  const voters: number[] = [];
  const classes = new Map<number, number[]>();
  for (let image = 0; image < images; image++) {
    classes.clear();
    for (let model = 0; model < models; model++) {
      const label = predicted[model]![image]!;
      const known = classes.get(label);
      if (known) known.push(model);
      else classes.set(label, [model]);
    }
    const most = Math.max(...[...classes.values()].map((voting) => voting.length));
    // Where the others are fewer than half of the smaller group, every deal leaves it its majority.
    if (2 * (models - most) < smaller) continue;
    const ordered = [...classes].sort(([a], [b]) => (ties === 'smallest' ? a - b : b - a));
    for (const [, voting] of ordered) {
      const set = new Int32Array(words);
      for (const model of voting) set[model >> 5]! |= 1 << (model & 31);
      voters.push(...set);
    }
    starts.push(voters.length / words);
  }
  return { starts: Int32Array.from(starts), voters: Int32Array.from(voters) };
}

/** Whether the modal labels of a group and of all others differ on an image. */
function differs(
  voters: Int32Array,
  from: number,
  to: number,
  words: number,
  group: Int32Array,
  ties: Ties,
): boolean {
  let [mostIn, mostOut, modeIn, modeOut] = [-1, -1, -1, -1];
  let [tiedIn, tiedOut] = [false, false];
  for (let label = from; label < to; label++) {
    let [inside, outside] = [0, 0];
    for (let word = 0; word < words; word++) {
      const voting = voters[label * words + word]!;
      inside += ones(voting & group[word]!);
      outside += ones(voting & ~group[word]!);
    }
    // The first of equals is the one that ties prefer.
    if (inside > mostIn) [mostIn, modeIn, tiedIn] = [inside, label, false];
    else if (inside === mostIn) tiedIn = true;
    if (outside > mostOut) [mostOut, modeOut, tiedOut] = [outside, label, false];
    else if (outside === mostOut) tiedOut = true;
  }
  if (ties === 'exclude' && (tiedIn || tiedOut)) return false;
  return modeIn !== modeOut;
}

/** How many bits of 32 are set. */
function ones(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
