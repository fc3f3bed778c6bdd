import { type VariantOf, variantOfSparsity } from 'selective-brain-damage-statistics/internal';
import type { QuantizationRecord, RunRecord } from './runRecord';

/** The variant of a network by the record of how it was made. */
export function variantOfRun({ spec: { sparsity }, quantization }: RunRecord): VariantOf {
  const pruned = variantOfSparsity(sparsity);
  if (!quantization) return { variant: pruned, sparsity };
  const quantized = variantOfQuantization(quantization);
  return sparsity > 0
    ? { variant: `${pruned}, ${quantized}`, sparsity }
    : { variant: quantized, sparsity: Number.NaN };
}

/** The name of a quantization: `int8`, `int4 per tensor`, `int8 static` where activations are quantized. */
export function variantOfQuantization({
  weights,
  activations,
  perChannel = true,
}: Pick<QuantizationRecord, 'weights' | 'activations'> & { perChannel?: boolean }): string {
  return [weights, !perChannel && weights !== 'float16' && 'per tensor', activations && 'static']
    .filter(Boolean)
    .join(' ');
}
