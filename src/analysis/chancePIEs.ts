import type { DataFrame } from 'danfojs-node';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { PredictionsError } from '../errors';
import { checkCount } from '../options';
import type { Predictions } from '../predictions/predictions';
import { randomFrom, shuffleInPlace } from '../random';
import type { FindPIEsOptions } from './findPIEs';
import { frameOf } from './frame';
import { type Level, levelsOf } from './levels';
import { type ModalLabels, modalLabelsOf, NO_MODE } from './modalLabels';

export interface ChancePIEsOptions extends Pick<FindPIEsOptions, 'baseline' | 'ties'> {
  /** How often the levels are halved. Default 40, at least 2. */
  readonly splits?: number;
  /** Draws the halves. Default 0. */
  readonly seed?: number;
}

/** One pruned level against chance. Counts are of images, means over the splits. */
export interface ChanceRow {
  readonly sparsity: number;
  /** Models in each of the groups that are compared. */
  readonly n_models: number;
  /** Images on which the modal labels of dense and of pruned models differ. */
  readonly pies: number;
  /** The same between two groups of dense models, which differ in their seeds alone. */
  readonly dense_itself: number;
  /** The same between two groups of this level. */
  readonly pruned_itself: number;
  /** `pies` less the mean of the other two. */
  readonly beyond_chance: number;
  /** Sample standard deviations over the splits, which share the models. */
  readonly pies_sd: number;
  readonly dense_itself_sd: number;
  readonly pruned_itself_sd: number;
  readonly beyond_chance_sd: number;
}

/**
 * How many PIEs are there by chance: the modal labels of two groups of models differ on some images
 * even where nothing but the seeds tells the groups apart, and on more of them where the models are
 * less sure. Each level is split at random into two groups, and what dense and pruned groups differ
 * on is set against what two groups of either level differ on among themselves, as an energy distance
 * does (Székely & Rizzo 2013). Not in the paper.
 *
 * All groups are of one size, the largest odd number that the smallest level holds twice: fewer models
 * differ on more images, and an even number often ties.
 *
 * @returns a {@link ChanceRow} per pruned level
 * @throws OptionError for a value that an option does not take
 * @throws PredictionsError where a level has fewer than two models, or there is only one level
 */
export function chancePIEs(predictions: Predictions, options: ChancePIEsOptions = {}): DataFrame {
  return frameOf(chanceRows(predictions, options), {
    sparsity: 'float32',
    n_models: 'int32',
    pies: 'float32',
    dense_itself: 'float32',
    pruned_itself: 'float32',
    beyond_chance: 'float32',
    pies_sd: 'float32',
    dense_itself_sd: 'float32',
    pruned_itself_sd: 'float32',
    beyond_chance_sd: 'float32',
  });
}

/** {@link chancePIEs} as plain rows, by sparsity. */
export function chanceRows(
  predictions: Predictions,
  { splits = 40, seed = 0, baseline = 0, ties = 'largest' }: ChancePIEsOptions = {},
): ChanceRow[] {
  checkCount('splits', splits, 2);
  const levels = levelsOf(predictions.models, baseline);
  const size = groupSize([levels.baseline, ...levels.pruned]);
  const modalLabels = modalLabelsOf(predictions, ties);
  /** Per split the modal labels of a level's two groups. */
  const groups = ({ sparsity, models }: Level) =>
    Array.from({ length: splits }, (_, split) => {
      const drawn = shuffleInPlace([...models], randomFrom(seed, 'split', sparsity, split));
      return [0, size].map((from) => modalLabels(drawn.slice(from, from + size))) as Pair;
    });
  const dense = groups(levels.baseline);
  const denseItself = dense.map(([a, b]) => differing(a, b));
  return levels.pruned.map((level) => {
    const pruned = groups(level);
    const prunedItself = pruned.map(([a, b]) => differing(a, b));
    const pies = pruned.map((group, i) =>
      mean(group.flatMap((a) => dense[i]!.map((b) => differing(a, b)))),
    );
    const beyond = pies.map((count, i) => count - (denseItself[i]! + prunedItself[i]!) / 2);
    return {
      sparsity: level.sparsity,
      n_models: size,
      pies: mean(pies),
      dense_itself: mean(denseItself),
      pruned_itself: mean(prunedItself),
      beyond_chance: mean(beyond),
      pies_sd: sampleStandardDeviation(pies),
      dense_itself_sd: sampleStandardDeviation(denseItself),
      pruned_itself_sd: sampleStandardDeviation(prunedItself),
      beyond_chance_sd: sampleStandardDeviation(beyond),
    };
  });
}

type Pair = [ModalLabels, ModalLabels];

function groupSize(levels: readonly Level[]): number {
  const smallest = levels.reduce((a, b) => (b.models.length < a.models.length ? b : a));
  const half = Math.floor(smallest.models.length / 2);
  if (half === 0)
    throw new PredictionsError(
      `sparsity ${smallest.sparsity} has 1 model; expected at least 2 at each level, to compare it ` +
        'with itself.',
    );
  return half % 2 === 0 ? half - 1 : half;
}

/** Images that have another modal label in each group; without those that a tie excludes. */
function differing(a: ModalLabels, b: ModalLabels): number {
  let count = 0;
  for (let i = 0; i < a.mode.length; i++)
    if (a.mode[i] !== b.mode[i] && a.mode[i] !== NO_MODE && b.mode[i] !== NO_MODE) count++;
  return count;
}
