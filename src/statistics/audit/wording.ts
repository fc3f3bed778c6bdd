/** A share in points, with one digit after the point. */
export function points(share: number): string {
  const text = (100 * share).toFixed(1);
  return Number(text) === 0 ? '0.0' : text.replace('-', '−');
}

/** A change in points, with its sign. */
export function signedPoints(change: number): string {
  const text = points(change);
  return text === '0.0' || text.startsWith('−') ? text : `+${text}`;
}

/** A whole number with commas. */
export function whole(count: number): string {
  return count.toLocaleString('en-US');
}

/** A noun with its number: `1 image`, `1,000 images`. */
export function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}
