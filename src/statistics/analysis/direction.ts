/** `hurt`: significantly more was lost; `helped`: significantly less; `none`: not significant. */
export type Direction = 'hurt' | 'helped' | 'none';

/** @param loss how much more was lost, in any unit */
export function directionOf(significant: boolean, loss: number): Direction {
  if (!significant || loss === 0) return 'none';
  return loss > 0 ? 'hurt' : 'helped';
}
