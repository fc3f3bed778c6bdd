/** The name of a variant of which only the sparsity is known. */
export function variantOfSparsity(sparsity: number): string {
  return sparsity === 0 ? 'dense' : `pruned ${sparsity}`;
}
