/** What a notebook beside it imports in the tests. */
export interface Sized {
  size: number;
}

type Limit = number;

export function refuse({ size }: Sized, limit: Limit = 0): void {
  if (size > limit) throw new RangeError('too large');
}
