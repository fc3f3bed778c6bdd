/**
 * Colours that mean the same in every figure. Hurt and helped are Okabe and Ito's vermillion and
 * blue, which people with any common colour blindness tell apart; they differ in lightness from
 * the grey of what is not significant.
 */
export const PALETTE = {
  hurt: '#d55e00',
  helped: '#0072b2',
  notSignificant: '#c4c4c4',
  /** Markers and lines over bars. */
  ink: '#222222',
  /** Text of less weight. */
  muted: '#666666',
} as const;

/** Of sparsity levels, or whatever else has an order: from light to dark blue. */
const LEVELS = ['#9ecae1', '#6baed6', '#4292c6', '#2171b5', '#08519c', '#08306b'] as const;

/** `count` colours of rising darkness; the last is the darkest. */
export function levelColors(count: number): string[] {
  const step = (LEVELS.length - 1) / Math.max(1, count - 1);
  return Array.from(
    { length: count },
    (_, i) => LEVELS[Math.round(LEVELS.length - 1 - (count - 1 - i) * step)]!,
  );
}
