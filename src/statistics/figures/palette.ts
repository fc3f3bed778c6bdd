/**
 * Colours that mean the same in every figure. Hurt and helped are Okabe and Ito's vermillion and
 * blue, which people with any common colour blindness tell apart; what is not significant is `muted`.
 */
export const PALETTE = {
  hurt: '#d55e00',
  helped: '#0072b2',
  /** The reference of a comparison: the baseline, or clean images. */
  reference: '#d8c690',
  /** Bars behind the markers that carry the message. */
  ground: '#e2e2e2',
  /** Markers and lines over bars. */
  ink: '#222222',
  /** Text of less weight. */
  muted: '#666666',
} as const;

/** Of variants by sparsity, or of other ordered things: from light to dark purple (ColorBrewer). */
const SHADES = ['#bcbddc', '#9e9ac8', '#807dba', '#6a51a3', '#54278f', '#3f007d'] as const;

/** `count` colours of rising darkness; the last is the darkest. */
export function variantColors(count: number): string[] {
  const step = (SHADES.length - 1) / Math.max(1, count - 1);
  return Array.from(
    { length: count },
    (_, i) => SHADES[Math.round(SHADES.length - 1 - (count - 1 - i) * step)]!,
  );
}
