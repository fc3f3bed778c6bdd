/** Integers that stand for real numbers: real = scale · (integer − zeroPoint). */
export interface Quantizer {
  /** Above 0, a float32. */
  readonly scale: number;
  /** The integer that stands for 0, −128 to 127. */
  readonly zeroPoint: number;
}

/** The integers of 8-bit activations. */
const [LEAST, MOST] = [-128, 127];

/** The nearest whole number; of two, the even one (IEEE 754). */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const above = x - floor;
  if (above !== 0.5) return above < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The nearest float16 (IEEE 754 binary16, halves to even); ±Infinity beyond 65,504. */
export function toFloat16(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0) || size === Number.POSITIVE_INFINITY) return x;
  // 10 bits after the leading one; below 2⁻¹⁴ the numbers are evenly spaced.
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(size))) - 10);
  const rounded = roundHalfEven(size / step) * step;
  return Math.sign(x) * (rounded > 65_504 ? Number.POSITIVE_INFINITY : rounded);
}

/**
 * The scale of symmetric integers of `bits` bits, from −(2^(bits − 1) − 1) to the same above 0, that
 * reaches `largest`; `otherwise` where that is 0 or too small for a float32.
 */
export function symmetricScale(largest: number, bits: number, otherwise = 1): number {
  return Math.fround(largest / (2 ** (bits - 1) - 1)) || otherwise;
}

/** The value that the nearest integer stands for; zero point 0, and no integer beyond the range. */
export function symmetricValue(x: number, scale: number, bits: number): number {
  const most = 2 ** (bits - 1) - 1;
  const integer = roundHalfEven(Math.fround(x / scale));
  return Math.fround(Math.max(-most, Math.min(most, integer)) * scale);
}

/**
 * The quantizer of 8-bit activations that were seen between `least` and `most`: the range is widened to
 * hold 0 and moved by less than a step so that an integer stands for 0 exactly.
 */
export function activationQuantizer(least: number, most: number): Quantizer {
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  const scale = Math.fround((high - low) / (MOST - LEAST)) || 1;
  const zeroPoint = Math.max(LEAST, Math.min(MOST, roundHalfEven(LEAST - low / scale)));
  return { scale, zeroPoint };
}
