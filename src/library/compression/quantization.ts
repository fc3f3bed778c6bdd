import {
  choice,
  FLAG,
  type OptionRules,
  required,
} from 'selective-brain-damage-statistics/internal';

/** How a network is quantized. */
export interface Quantization {
  /** What the weights become: integers of 8 or 4 bits, or float16. */
  weights: 'int8' | 'int4' | 'float16';
  /** Activations become integers too; needs `calibration`. Default: they stay float32. */
  activations?: 'int8';
  /** A scale for each output channel of a weight tensor, rather than one for all. Default true. */
  perChannel?: boolean;
}

/** Bits of a weight. */
export const BITS = { int8: 8, int4: 4, float16: 16 } as const;

/** What each option of a quantization takes. */
export const quantizationRules: OptionRules<Quantization> = {
  weights: required(choice(Object.keys(BITS))),
  activations: choice(['int8']),
  perChannel: FLAG,
};
