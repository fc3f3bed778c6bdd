import { mean } from 'simple-statistics';
import { OptionError } from '../errors';
import { groupBy } from '../groupBy';
import { checkOptions, VARIANT } from '../options';
import { compared, modelColumns, UNIT } from '../tables/columns';
import { defineTable, double, int, type RowOf, rowsOf, string, type Table } from '../tables/schema';
import { type Baseline, baselineOf, comparedColumns, variantsOf } from './variants';

const sets = {
  corruption: string("`clean`, one of the corruptions, or a set's name such as `imagenet-a`."),
  severity: int('Severity of the corruption; 0 where the set has none.', '0–5'),
};

/** The table of `scoreModels`. */
export const scoreTable = defineTable({
  name: 'scoreModels',
  row: 'One model on one set of images.',
  columns: {
    ...modelColumns,
    ...sets,
    n_images: int('Images of the set.', UNIT.images),
    top1: double('Images that the model gets right.', UNIT.share),
    top5: double('Images whose class is among its five most probable.', UNIT.share),
  },
});

/** Accuracy of one model on one set of images. */
export type ScoreRow = RowOf<typeof scoreTable>;

const relativeTo = (top: 'top-1' | 'top-5') => `share of the ${top} of the baseline, −1 or more`;
const excessOf = (top: 'top-1' | 'top-5') =>
  `difference of shares of the ${top} of the baseline −∞–∞`;

/** The table of `evalRobustness`. */
export const robustnessTable = defineTable({
  name: 'evalRobustness',
  row: 'One variant on one set of images, the baseline among them.',
  columns: {
    ...compared,
    ...sets,
    n_models: int('Models of the variant.', UNIT.models),
    n_images: int('Images of the set.', UNIT.images),
    top1: double('Images that a model gets right, mean over the models.', UNIT.share),
    top5: double(
      'Images whose class is among the five most probable, mean over the models.',
      UNIT.share,
    ),
    top1_change: double(
      'Variant less baseline on the same images: −0.03 is three percentage points lost.',
      UNIT.change,
    ),
    top1_relative: double(
      'That change relative to the top-1 of the baseline.',
      relativeTo('top-1'),
    ),
    top1_excess: double(
      '`top1_relative` less the same on clean images: the cost of the shift beyond that of the compression.',
      excessOf('top-1'),
    ),
    top5_change: double('As `top1_change`, of top-5.', UNIT.change),
    top5_relative: double('As `top1_relative`, of top-5.', relativeTo('top-5')),
    top5_excess: double('As `top1_excess`, of top-5.', excessOf('top-5')),
  },
});

/** Accuracy of one variant on one set of images. */
export type RobustnessRow = RowOf<typeof robustnessTable>;

/** Options of {@link summarizeRobustness}. */
export interface SummarizeRobustnessOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
}

/** The name of the clean images among the corruptions. */
export const CLEAN = 'clean';

/**
 * Summarizes the scores of models per set and variant: the cost of shifted images to a variant beyond
 * their cost to the baseline. Means over models, without errors: `perCorruptionTTest` gives these.
 *
 * @param scores the table of `scoreModels`, those of the clean images among them
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
