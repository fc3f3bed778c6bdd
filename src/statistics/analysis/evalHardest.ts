import { OptionError, PredictionsError } from '../errors';
import {
  checkOptions,
  checkPredictions,
  listOf,
  type OptionRules,
  SEED,
  VARIANT,
} from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { randomFrom, shuffleInPlace } from '../random';
import { listsTop5 } from './modelAccuracy';
import {
  CLEAN,
  type RobustnessRow,
  type ScoreRow,
  summarizeRobustness,
} from './summarizeRobustness';
import { shareCorrect } from './sums';
import { type Baseline, compareVariants, holdOut } from './variants';

/** Options of {@link evalHardest}. */
export interface EvalHardestOptions {
  /** Share of the images that count as the hardest, above 0, up to 1. Default 0.1. */
  readonly share?: number;
  /** Variants, by name or sparsity, whose models choose the hard images. Default: all. */
  readonly judges?: readonly Baseline[];
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /** Orders images that are equally hard. Default 0. */
  readonly seed?: number;
}

const RULES: OptionRules<EvalHardestOptions> = {
  share: {
    expected: '0–1, not 0',
    accepts: (value) => typeof value === 'number' && value > 0 && value <= 1,
  },
  judges: listOf(VARIANT),
  baseline: VARIANT,
  seed: SEED,
};

/** The name of the hardest images among the corruptions. */
export const HARDEST = 'hardest';

/**
 * The cost of a data set's own hardest images to compressed models, for data without a set of natural
 * adversarial images. Every other model of each variant judges: the more confident the judges are of a
 * wrong class, or the less of the right one, the harder an image is. All variants weigh the same, so that
 * the choice favours none. The judges are not evaluated, since images on which they fail by chance would
 * make them look worse than they are.
 *
 * @returns the columns of `evalRobustness` for `clean` (all images) and `hardest`
 * @throws OptionError for a share out of range, or a baseline or judges that no model has
 * @throws PredictionsError where a variant has fewer than two models, or not all list five classes
 */
export function evalHardest(
  predictions: Predictions,
  options: EvalHardestOptions = {},
): RobustnessRow[] {
  checkPredictions('evalHardest', predictions);
  const { share = 0.1, seed = 0 } = checkOptions('evalHardest', options, RULES);
  if (!listsTop5(predictions))
    throw new PredictionsError('Not all models list their five most probable classes (top5).');
  const { baseline, variants } = compareVariants(predictions.models, options.baseline);
  const split = [baseline, ...variants].map((variant) => ({ ...variant, ...holdOut(variant) }));
  const isJudge = ({ variant, sparsity }: { variant: string; sparsity: number }) =>
    options.judges?.some((judge) => judge === variant || judge === sparsity) ?? true;
  const unknown = options.judges?.find(
    (judge) => !split.some(({ variant, sparsity }) => judge === variant || judge === sparsity),
  );
  if (unknown !== undefined)
    throw new OptionError(
      `judges: ${unknown}; expected some of the variants ` +
        `${split.map(({ variant }) => variant).join(', ')}, or their sparsities.`,
      { option: 'judges', value: options.judges },
    );
  const panels = split.filter(isJudge).map((variant) => variant.judges);
  const evaluated = split.flatMap((variant) => variant.evaluated);
  const all = Int32Array.from(predictions.imageIds, (_, i) => i);
  const sets = new Map([
    [CLEAN, all],
    [HARDEST, hardest(predictions, panels, Math.ceil(share * all.length), seed)],
  ]);
  const scores = [...sets].flatMap(([corruption, images]) =>
    evaluated.map((model): ScoreRow => {
      const right = (labels: 'predictedClass' | 'top5') =>
        shareCorrect(predictions.trueClass, model[labels]!, images);
      const { variant, sparsity, replicate } = model;
      return {
        ...{ variant, sparsity, replicate },
        ...{ corruption, severity: 0, n_images: images.length },
        ...{ top1: right('predictedClass'), top5: right('top5') },
      };
    }),
  );
  return summarizeRobustness(scores, { baseline: baseline.variant });
}

/** Positions of the images that the judges are worst at, level by level. */
function hardest(
  { trueClass }: Predictions,
  panels: readonly (readonly ModelPredictions[])[],
  count: number,
  seed: number,
): Int32Array {
  const sureness = new Float64Array(trueClass.length);
  for (const judges of panels)
    for (const { predictedClass, confidence } of judges)
      for (let i = 0; i < sureness.length; i++) {
        const sure = confidence?.[i] ?? 1;
        sureness[i]! += (predictedClass[i] === trueClass[i] ? sure : -sure) / judges.length;
      }
  const order = shuffleInPlace(
    Array.from(trueClass, (_, i) => i),
    randomFrom(seed, 'hardest'),
  );
  return Int32Array.from(order.sort((a, b) => sureness[a]! - sureness[b]!).slice(0, count));
}
