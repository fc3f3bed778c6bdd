import { OptionError, PredictionsError } from '../errors';
import type { ModelPredictions, Predictions } from '../predictions/predictions';

/** All models of one sparsity. */
export interface Level {
  readonly sparsity: number;
  readonly models: readonly ModelPredictions[];
}

/** The level that the others are compared with, and the others by increasing sparsity. */
export interface Levels {
  readonly baseline: Level;
  readonly pruned: readonly Level[];
}

/**
 * Groups the models by sparsity.
 *
 * @param baseline sparsity of the level to compare with
 * @throws OptionError if no model has that sparsity
 * @throws PredictionsError if no model has another one
 */
export function levelsOf({ models }: Predictions, baseline: number): Levels {
  const sparsities = [...new Set(models.map((model) => model.sparsity))].sort((a, b) => a - b);
  if (!sparsities.includes(baseline))
    throw new OptionError(
      `baseline: ${baseline}: no model has this sparsity. Found ${sparsities.join(', ')}.`,
    );
  if (sparsities.length === 1)
    throw new PredictionsError(
      `All ${models.length} models have sparsity ${baseline}: there is none to compare with.`,
    );
  const level = (sparsity: number) => ({
    sparsity,
    models: models.filter((model) => model.sparsity === sparsity),
  });
  return {
    baseline: level(baseline),
    pruned: sparsities.filter((sparsity) => sparsity !== baseline).map(level),
  };
}
