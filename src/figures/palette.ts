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
