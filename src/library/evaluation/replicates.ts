import { OptionError } from 'selective-brain-damage-statistics';
import type { VariantOf } from 'selective-brain-damage-statistics/internal';

/** A model whose replicate may be left open. */
interface Unnumbered extends VariantOf {
  readonly replicate?: number;
}

/**
 * Numbers models within their variants, in their order, where they have no number of their own.
 *
 * @param option the list's name, for the error
 * @throws OptionError where two models of a variant have one number
 */
export function withReplicates<Model extends Unnumbered>(
  option: string,
  models: readonly Model[],
): (Model & { readonly replicate: number })[] {
  const taken = new Map<string, Set<number>>();
  return models.map((model, i) => {
    const numbers = taken.get(model.variant) ?? new Set();
    const replicate = model.replicate ?? numbers.size;
    if (numbers.has(replicate))
      throw new OptionError(
        `${option}[${i}]: replicate ${replicate} of ${model.variant} appears twice; expected a number ` +
          'for each model of a variant.',
        { option, value: replicate },
      );
    taken.set(model.variant, numbers.add(replicate));
    return { ...model, replicate };
  });
}
