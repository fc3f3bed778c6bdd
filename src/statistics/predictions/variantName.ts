/** The variant of a model. */
export interface VariantOf {
  /** Its name, as `pruned 0.9`. */
  readonly variant: string;
  /** Share of the weights that are zero, 0–1; NaN for a variant without one. */
  readonly sparsity: number;
}

/** The name of a variant that is known by its sparsity alone, to three decimals. */
export function variantOfSparsity(sparsity: number): string {
  return sparsity === 0 ? 'dense' : `pruned ${Number(sparsity.toFixed(3)) || sparsity}`;
}

/** Orders models by increasing sparsity; those without one come last. */
export function bySparsity(a: VariantOf, b: VariantOf): number {
  const [left, right] = [a, b].map(({ sparsity }) =>
    Number.isNaN(sparsity) ? Number.MAX_VALUE : sparsity,
  ) as [number, number];
  return left - right;
}

/** Whether a variant's name follows from its sparsity. */
export function saysVariant({ variant, sparsity }: VariantOf): boolean {
  return !Number.isNaN(sparsity) && variant === variantOfSparsity(sparsity);
}
