import { PredictionsError } from '../errors';
import { checkOption } from '../options';
import type { ModelPredictions } from '../predictions/predictions';

/** All models of one sparsity; of a model what is at hand. */
export interface Level<Model = ModelPredictions> {
  readonly sparsity: number;
  readonly models: readonly Model[];
}

/** The level that the others are compared with, and the others by increasing sparsity. */
export interface Levels<Model = ModelPredictions> {
  readonly baseline: Level<Model>;
  readonly pruned: readonly Level<Model>[];
}

/**
 * Groups the models by sparsity.
 *
 * @param baseline sparsity of the level to compare with
 * @throws OptionError if no model has that sparsity
 * @throws PredictionsError if no model has another one
 */
export function levelsOf<Model extends { readonly sparsity: number }>(
  models: readonly Model[],
  baseline: number,
): Levels<Model> {
  const sparsities = [...new Set(models.map((model) => model.sparsity))].sort((a, b) => a - b);
  checkBaseline(sparsities, baseline);
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

/** @throws OptionError where none of the models' sparsities is the baseline's */
export function checkBaseline(sparsities: readonly number[], baseline = 0): void {
  const found = [...new Set(sparsities)].sort((a, b) => a - b);
  const valid = sparsities.includes(baseline);
  checkOption('baseline', baseline, valid, `a sparsity of the models: ${found.join(', ')}`);
}

/** A level's models in two: those that choose images, and those that are evaluated on them. */
export interface HeldOut {
  readonly judges: readonly ModelPredictions[];
  readonly evaluated: readonly ModelPredictions[];
}

/**
 * Every other model judges, the first does not: images on which a model fails by chance would make it
 * look worse than it is, if it chose them itself.
 *
 * @throws PredictionsError where the level has fewer than two models
 */
export function holdOut({ sparsity, models }: Level): HeldOut {
  if (models.length < 2)
    throw new PredictionsError(
      `sparsity ${sparsity} has ${models.length} model; expected at least 2 at each level, one to ` +
        'judge and one to be evaluated.',
    );
  return {
    judges: models.filter((_, i) => i % 2 === 1),
    evaluated: models.filter((_, i) => i % 2 === 0),
  };
}
