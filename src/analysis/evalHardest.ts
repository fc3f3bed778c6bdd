import type { DataFrame } from 'danfojs-node';
import { OptionError, PredictionsError } from '../errors';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { randomFrom, shuffleInPlace } from '../random';
import { meanShareRight } from './evalPIEs';
import { robustnessFrame } from './evalRobustness';
import { levelsOf } from './levels';
import { listsTop5 } from './modelAccuracy';
import { CLEAN, robustnessRows, type Score } from './robustnessRows';

export interface EvalHardestOptions {
  /** Share of the images that are taken as the hardest, above 0, up to 1. Default 0.1. */
  readonly share?: number;
  /** Sparsity of the level that judges, and that the others are compared with. Default 0. */
  readonly baseline?: number;
  /** Orders images that are equally hard. Default 0. */
  readonly seed?: number;
}

/** What the hardest images are called among the corruptions. */
export const HARDEST = 'hardest';

/**
 * What a data set's own hardest images cost pruned models, where no set of natural adversarial images
 * is at hand. Every other dense model judges: an image is the harder, the surer they are of a wrong
 * class, or the less sure of the right one. The judges are not evaluated, as images on which they
 * fail by chance would make the dense models look worse than they are.
 *
 * @returns the columns of `evalRobustness` for `clean` (all images) and `hardest`
 * @throws OptionError for a share out of range
 * @throws PredictionsError where fewer than two models are dense, or not all list five classes
 */
export function evalHardest(predictions: Predictions, options: EvalHardestOptions = {}): DataFrame {
  const { share = 0.1, baseline = 0, seed = 0 } = options;
  if (!(share > 0 && share <= 1)) throw new OptionError(`share: ${share}; expected 0–1, not 0.`);
  const { models: dense } = levelsOf(predictions, baseline).baseline;
  if (dense.length < 2)
    throw new PredictionsError(
      `sparsity ${baseline} has ${dense.length} model; expected at least 2, one to judge and one to ` +
        'compare with.',
    );
  if (!listsTop5(predictions))
    throw new PredictionsError('Not all models list their five most probable classes (top5).');
  const judges = dense.filter((_, i) => i % 2 === 0);
  const evaluated = predictions.models.filter((model) => !judges.includes(model));
  const all = Int32Array.from(predictions.imageIds, (_, i) => i);
  const sets = new Map([
    [CLEAN, all],
    [HARDEST, hardest(predictions, judges, Math.ceil(share * all.length), seed)],
  ]);
  const scores = [...sets].flatMap(([corruption, images]) =>
    evaluated.map((model): Score => {
      const right = (labels: 'predictedClass' | 'top5') =>
        meanShareRight(predictions.trueClass, [model], labels, images);
      return {
        ...{ sparsity: model.sparsity, replicate: model.replicate },
        ...{ corruption, severity: 0, n_images: images.length },
        ...{ top1: right('predictedClass'), top5: right('top5') },
      };
    }),
  );
  return robustnessFrame(robustnessRows(scores, baseline));
}

/** Positions of the images that the judges are worst at. */
function hardest(
  { trueClass }: Predictions,
  judges: readonly ModelPredictions[],
  count: number,
  seed: number,
): Int32Array {
  const sureness = Float64Array.from(trueClass, (label, i) =>
    judges.reduce((sum, { predictedClass, confidence }) => {
      const sure = confidence?.[i] ?? 1;
      return sum + (predictedClass[i] === label ? sure : -sure);
    }, 0),
  );
  const order = shuffleInPlace(
    Array.from(trueClass, (_, i) => i),
    randomFrom(seed, 'hardest'),
  );
  return Int32Array.from(order.sort((a, b) => sureness[a]! - sureness[b]!).slice(0, count));
}
