import type { Baseline } from 'selective-brain-damage-statistics';
import {
  baselineOf,
  checkOptions,
  type OptionRules,
  robustnessTable,
  summarizeRobustness,
  VARIANT,
} from 'selective-brain-damage-statistics/internal';
import type { DataFrame } from '../bundled/danfo';
import { frameOf } from '../frames/frame';
import {
  checkModels,
  type EvaluatedModels,
  type ScoreModelsOptions,
  scoreRows,
  scoreRules,
} from './scoreModels';

/** Options of {@link evalRobustness}. */
export interface EvalRobustnessOptions extends ScoreModelsOptions {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0, else the first. */
  baseline?: Baseline;
}

const rules: OptionRules<EvalRobustnessOptions> = { ...scoreRules, baseline: VARIANT };

/**
 * Measures what shifted images cost compressed models beyond what they cost the baseline's (Hooker et
 * al. 2019, section 5): every model predicts the clean images and each shifted set, as in `scoreModels`,
 * in processes, resumably.
 *
 * @param models a population's folder, or one or more networks in memory, which this process evaluates
 * @returns a {@link RobustnessRow} per set and variant: clean first, then the sets in their order, each
 *   by sparsity
 * @throws OptionError as `scoreModels` does, and where no model is of the baseline
 * @throws EvaluationError as `scoreModels` does
 */
export async function evalRobustness(
  models: EvaluatedModels,
  options: EvalRobustnessOptions,
): Promise<DataFrame> {
  checkModels('evalRobustness', models);
  checkOptions('evalRobustness', options, rules);
  const { baseline, ...how } = options;
  const scores = await scoreRows(models, how, (variants) => baselineOf(variants, baseline));
  const summary = summarizeRobustness(scores, baseline === undefined ? {} : { baseline });
  return frameOf(robustnessTable, summary);
}
