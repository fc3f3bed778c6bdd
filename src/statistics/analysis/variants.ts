import { PredictionsError } from '../errors';
import { groupBy } from '../groupBy';
import { checkOption } from '../options';
import type { ModelPredictions } from '../predictions/predictions';
import { bySparsity, type VariantOf } from '../predictions/variantName';

/** Which variant the others are compared with: its name, or its sparsity. */
export type Baseline = string | number;

/** All models of one variant. */
export interface Variant<Model = ModelPredictions> extends VariantOf {
  readonly models: readonly Model[];
}

/** The variant that the others are compared with, and the others. */
export interface Comparison<Model = ModelPredictions> {
  readonly baseline: Variant<Model>;
  /** By increasing sparsity; those without one last, as they come. */
  readonly variants: readonly Variant<Model>[];
}

/**
 * Groups models by variant, by increasing sparsity; those without one come last, as they come.
 */
export function variantsOf<Model extends VariantOf>(models: readonly Model[]): Variant<Model>[] {
  return [...groupBy(models, ({ variant }) => variant)]
    .map(([variant, ofVariant]) => ({
      variant,
      sparsity: ofVariant[0]!.sparsity,
      models: ofVariant,
    }))
    .sort(bySparsity);
}

/**
 * Splits the variants of some models into the baseline and the others.
 *
 * @param baseline the variant to compare with; default as {@link baselineOf} says
 * @throws OptionError if no model is of it
 * @throws PredictionsError if all models are
 */
export function compareVariants<Model extends VariantOf>(
  models: readonly Model[],
  baseline?: Baseline,
): Comparison<Model> {
  const variants = variantsOf(models);
  const chosen = baselineOf(variants, baseline);
  if (variants.length === 1)
    throw new PredictionsError(
      `All ${models.length} models are ${chosen.variant}: there is no variant to compare with.`,
    );
  return { baseline: chosen, variants: variants.filter((variant) => variant !== chosen) };
}

/**
 * The variant of a name or a sparsity; by default `dense`, else the one of sparsity 0, else the first.
 *
 * @param option its name in an error
 * @throws OptionError naming the variants that there are
 */
export function baselineOf<V extends VariantOf>(
  variants: readonly V[],
  baseline?: Baseline,
  option = 'baseline',
): V {
  const found =
    baseline === undefined
      ? (variants.find(({ variant }) => variant === 'dense') ??
        variants.find(({ sparsity }) => sparsity === 0) ??
        variants[0])
      : variants.find(({ variant, sparsity }) => variant === baseline || sparsity === baseline);
  const names = [...new Set(variants.map(({ variant }) => variant))].join(', ');
  checkOption(option, baseline, found !== undefined, `a variant or a sparsity of: ${names}`);
  return found!;
}

/** The first columns of a row of a comparison. */
export function comparedColumns(variant: VariantOf, baseline: VariantOf) {
  return { variant: variant.variant, sparsity: variant.sparsity, baseline: baseline.variant };
}

/** A variant's models in two: those that choose images, and those that are evaluated on them. */
export interface HeldOut {
  readonly judges: readonly ModelPredictions[];
  readonly evaluated: readonly ModelPredictions[];
}

/**
 * Every other model judges, from the second on. A model that chose images itself would look worse than it
 * is, as it would choose those on which it fails by chance.
 *
 * @throws PredictionsError where the variant has fewer than two models
 */
export function holdOut(variant: Variant): HeldOut {
  requireModels(variant, 2, 'one to judge and one to be evaluated');
  const { models } = variant;
  return {
    judges: models.filter((_, i) => i % 2 === 1),
    evaluated: models.filter((_, i) => i % 2 === 0),
  };
}

/** @throws PredictionsError where a variant has fewer models than are needed, with the reason */
export function requireModels(
  { variant, models }: Variant<unknown>,
  least: number,
  why: string,
): void {
  if (models.length >= least) return;
  throw new PredictionsError(
    `${variant} has ${models.length} ${models.length === 1 ? 'model' : 'models'}; expected at least ` +
      `${least} of each variant: ${why}. Add replicates, or leave the variant out.`,
  );
}
