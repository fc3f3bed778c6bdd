/** What a model has that tells its variant. */
export interface VariantOf {
  readonly variant: string;
  readonly sparsity: number;
}

/** The name of a variant of which only the sparsity is known; measured ones to three decimals. */
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

/** Whether a variant is the one that its sparsity stands for, and need not be told beside it. */
export function saysVariant({ variant, sparsity }: VariantOf): boolean {
  return !Number.isNaN(sparsity) && variant === variantOfSparsity(sparsity);
}
