import { mean } from 'simple-statistics';
import { OptionError } from '../errors';
import { groupBy } from '../groupBy';
import { checkOptions, VARIANT } from '../options';
import { compared } from '../tables/columns';
import { defineTable, double, int, type RowOf, rowsOf, string, type Table } from '../tables/schema';
import { type Baseline, baselineOf, comparedColumns, variantsOf } from './variants';

const sets = {
  corruption: string("`clean`, one of the corruptions, or a set's name such as `imagenet-a`."),
  severity: int('1–5; 0 where the set has none.'),
};

/** The table of `scoreModels`. */
export const scoreTable = defineTable({
  name: 'scoreModels',
  row: 'One model on one set of images.',
  columns: {
    variant: string('What was done to the network, as `pruned 0.9`.'),
    sparsity: double('Share of the weights that are zero; NaN where there is none.', 'share 0–1'),
    replicate: int('Tells the models of a variant apart.'),
    ...sets,
    n_images: int('Images of the set.'),
    top1: double('Images that the model gets right.', 'share 0–1'),
    top5: double('Images whose class is among its five most probable.', 'share 0–1'),
  },
});

/** One model on one set of images. */
export type ScoreRow = RowOf<typeof scoreTable>;

/** The table of `evalRobustness`. */
export const robustnessTable = defineTable({
  name: 'evalRobustness',
  row: 'One variant on one set of images, the baseline among them.',
  columns: {
    ...compared,
    ...sets,
    n_models: int('Models of the variant.'),
    n_images: int('Images of the set.'),
    top1: double('Images that a model gets right, mean over the models.', 'share 0–1'),
    top5: double('Images whose class is among the five most probable, mean.', 'share 0–1'),
    top1_change: double(
      'Variant less baseline on the same images: −0.03 is three percentage points lost.',
      'difference of shares',
    ),
    top1_relative: double("That change as a share of the baseline's top-1.", 'relative'),
    top1_excess: double(
      '`top1_relative` less the same on clean images: what the shift costs beyond what the variant does.',
      'relative',
    ),
    top5_change: double('As `top1_change`, of top-5.', 'difference of shares'),
    top5_relative: double('As `top1_relative`, of top-5.', 'relative'),
    top5_excess: double('As `top1_excess`, of top-5.', 'relative'),
  },
});

/** One variant on one set of images. */
export type RobustnessRow = RowOf<typeof robustnessTable>;

/** Options of {@link summarizeRobustness}. */
export interface SummarizeRobustnessOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
}

/** What the clean images are called among the corruptions. */
export const CLEAN = 'clean';

/**
 * Sums models' scores up per set and variant: what shifted images cost a variant beyond what they
 * cost the baseline.
 *
 * @param scores what `scoreModels` gives, those of the clean images among them
 * @returns a {@link RobustnessRow} per set and variant: clean first, then the sets in the scores'
 *   order, each by sparsity
 * @throws OptionError where no model is of the baseline, or no score is of clean images
 */
export function summarizeRobustness(
  scores: Table<ScoreRow>,
  options: SummarizeRobustnessOptions = {},
): RobustnessRow[] {
  checkOptions('summarizeRobustness', options, { baseline: VARIANT });
  const bySet = scoresBySet(rowsOf('summarizeRobustness', scoreTable, scores));
  const clean = bySet.find(([score]) => score!.corruption === CLEAN);
  if (!clean) throw new OptionError(`No score is of the images called '${CLEAN}'.`);
  const cleanRows = changes(clean, options.baseline);
  return [clean, ...bySet.filter((set) => set !== clean)].flatMap((ofSet) =>
    changes(ofSet, options.baseline).map((row): RobustnessRow => {
      const there = cleanRows.find(({ variant }) => variant === row.variant);
      const excess = (of: 'top1_relative' | 'top5_relative') =>
        row[of] - (there?.[of] ?? Number.NaN);
      return { ...row, top1_excess: excess('top1_relative'), top5_excess: excess('top5_relative') };
    }),
  );
}

/** The scores of each set, the sets in the scores' order. */
export function scoresBySet(scores: readonly ScoreRow[]): ScoreRow[][] {
  return [...groupBy(scores, (score) => `${score.corruption} ${score.severity}`).values()];
}

type Changes = Omit<RobustnessRow, 'top1_excess' | 'top5_excess'>;

/** The variants on one set. */
function changes(scores: readonly ScoreRow[], baseline: Baseline | undefined): Changes[] {
  const { corruption, severity, n_images } = scores[0]!;
  const variants = variantsOf(scores);
  const reference = baselineOf(variants, baseline);
  const top = (models: readonly ScoreRow[], of: 'top1' | 'top5') =>
    mean(models.map((score) => score[of]));
  const [base1, base5] = [top(reference.models, 'top1'), top(reference.models, 'top5')];
  return variants.map((variant) => {
    const [top1, top5] = [top(variant.models, 'top1'), top(variant.models, 'top5')];
    return {
      ...comparedColumns(variant, reference),
      ...{ corruption, severity, n_models: variant.models.length, n_images },
      ...{ top1, top1_change: top1 - base1, top1_relative: (top1 - base1) / base1 },
      ...{ top5, top5_change: top5 - base5, top5_relative: (top5 - base5) / base5 },
    };
  });
}
