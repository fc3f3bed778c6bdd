import { OptionError } from '../errors';
import { groupBy } from './groupBy';
import { checkBaseline } from './levels';

/** How one model does on one set of images. */
export interface Score {
  /** 0–1; 0 is dense. */
  readonly sparsity: number;
  readonly replicate: number;
  /** `clean`, a corruption, or a set's name. */
  readonly corruption: string;
  /** 1–5; 0 where the set has none. */
  readonly severity: number;
  readonly n_images: number;
  /** Shares of the images, 0–1. */
  readonly top1: number;
  readonly top5: number;
}

/** One sparsity level on one set of images. */
export interface RobustnessRow {
  readonly sparsity: number;
  /** `clean`, one of the corruptions, or the set's name such as `imagenet-a`. */
  readonly corruption: string;
  /** 1–5; 0 where the set has none. */
  readonly severity: number;
  readonly n_models: number;
  readonly n_images: number;
  /** Share of the images that a model gets right, 0–1, mean over the models. */
  readonly top1: number;
  /** The same of images whose class is among the five most probable. */
  readonly top5: number;
  /** Level less dense on the same images: −0.03 is three percentage points lost. */
  readonly top1_change: number;
  /** That change as a share of the dense models' top-1. */
  readonly top1_relative: number;
  /** `top1_relative` less the same on clean images: what the shift costs beyond what pruning does. */
  readonly top1_excess: number;
  /** The same three of top-5. */
  readonly top5_change: number;
  readonly top5_relative: number;
  readonly top5_excess: number;
}

/** What the clean images are called among the corruptions. */
export const CLEAN = 'clean';

/**
 * Sums scores up per set and level: the clean set first, the others in the scores' order, each by
 * sparsity.
 *
 * @param baseline the sparsity that the others are compared with
 * @throws OptionError where no model has it, or no score is of clean images
 */
export function robustnessRows(scores: readonly Score[], baseline = 0): RobustnessRow[] {
  const sets = scoresBySet(scores);
  const clean = sets.find(([score]) => score!.corruption === CLEAN);
  if (!clean) throw new OptionError(`No score is of the images called '${CLEAN}'.`);
  const cleanRows = changes(clean, baseline);
  return [clean, ...sets.filter((set) => set !== clean)].flatMap((ofSet) =>
    changes(ofSet, baseline).map((row) => {
      const there = cleanRows.find(({ sparsity }) => sparsity === row.sparsity);
      return {
        sparsity: row.sparsity,
        corruption: row.corruption,
        severity: row.severity,
        n_models: row.n_models,
        n_images: row.n_images,
        top1: row.top1,
        top5: row.top5,
        top1_change: row.top1_change,
        top1_relative: row.top1_relative,
        top1_excess: row.top1_relative - (there?.top1_relative ?? Number.NaN),
        top5_change: row.top5_change,
        top5_relative: row.top5_relative,
        top5_excess: row.top5_relative - (there?.top5_relative ?? Number.NaN),
      };
    }),
  );
}

/** The scores of each set, the sets in the scores' order. */
export function scoresBySet(scores: readonly Score[]): Score[][] {
  return [...groupBy(scores, (score) => `${score.corruption} ${score.severity}`).values()];
}

type Changes = Omit<RobustnessRow, 'top1_excess' | 'top5_excess'>;

/** The levels on one set. */
function changes(scores: readonly Score[], baseline: number): Changes[] {
  const { corruption, severity, n_images } = scores[0]!;
  const levels = [...groupBy(scores, (score) => score.sparsity)].sort(([a], [b]) => a - b);
  checkBaseline(
    levels.map(([sparsity]) => sparsity),
    baseline,
  );
  const dense = levels.find(([sparsity]) => sparsity === baseline)![1];
  const [dense1, dense5] = [mean(dense, 'top1'), mean(dense, 'top5')];
  return levels.map(([sparsity, ofLevel]) => {
    const [top1, top5] = [mean(ofLevel, 'top1'), mean(ofLevel, 'top5')];
    return {
      ...{ sparsity, corruption, severity, n_models: ofLevel.length, n_images },
      ...{ top1, top1_change: top1 - dense1, top1_relative: (top1 - dense1) / dense1 },
      ...{ top5, top5_change: top5 - dense5, top5_relative: (top5 - dense5) / dense5 },
    };
  });
}

function mean(scores: readonly Score[], of: 'top1' | 'top5'): number {
  return scores.reduce((sum, score) => sum + score[of], 0) / scores.length;
}
