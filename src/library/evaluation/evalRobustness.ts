import type { Baseline } from 'selective-brain-damage-statistics';
import {
  baselineOf,
  robustnessTable,
  summarizeRobustness,
} from 'selective-brain-damage-statistics/internal';
import type { DataFrame } from '../bundled/danfo';
import { frameOf } from '../frames/frame';
import type { TrainedModel } from '../models/modelFolder';
import { type EvaluatedModel, type ScoreModelsOptions, scoreRows } from './scoreModels';

/** Options of {@link evalRobustness}. */
export interface EvalRobustnessOptions extends ScoreModelsOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0. */
  baseline?: Baseline;
}

/**
 * Measures what shifted images cost compressed models beyond what they cost the baseline's (paper,
 * section 5): every model predicts the clean images and each shifted set, as `scoreModels` has it, in
 * processes, resumably.
 *
 * @param models a population's folder, or models in memory, which this process evaluates
 * @returns a {@link RobustnessRow} per set and variant: clean first, then the sets in their order, each
 *   by sparsity
 * @throws OptionError as `scoreModels` does, and where no model is of the baseline
 * @throws EvaluationError as `scoreModels` does
 */
export async function evalRobustness(
  models: string | readonly (EvaluatedModel | TrainedModel)[],
  options: EvalRobustnessOptions,
): Promise<DataFrame> {
  const { baseline, ...how } = options;
  const scores = await scoreRows(models, how, (variants) => baselineOf(variants, baseline));
  const summary = summarizeRobustness(scores, baseline === undefined ? {} : { baseline });
  return frameOf(robustnessTable, summary);
}
