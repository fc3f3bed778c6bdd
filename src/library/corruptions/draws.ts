import type { Random } from 'selective-brain-damage-statistics/internal';

/** A number uniform in [low, high). */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** A whole number of low … high − 1. */
export function wholeNumber(random: Random, low: number, high: number): number {
  return low + Math.floor((high - low) * random());
}

/** The cumulative probabilities of a Poisson distribution, up to where doubles end. */
export function poissonTable(rate: number): Float64Array {
  // From the mode outwards nothing underflows.
  const mode = Math.floor(rate);
  const relative: number[] = [];
  for (let k = mode, p = 1; k >= 0 && p > 1e-20; p *= k-- / rate) relative[k] = p;
  for (let k = mode + 1, p = rate / (mode + 1); p > 1e-20; p *= rate / ++k) relative[k] = p;
  const table = new Float64Array(relative.length);
  let sum = 0;
  for (let k = 0; k < table.length; k++) {
    sum += relative[k] ?? 0;
    table[k] = sum;
  }
  return table.map((below) => below / sum);
}

/** The first place of a table of cumulative probabilities that reaches `u`. */
export function placeIn(table: Float64Array, u: number): number {
  let [low, high] = [0, table.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table[middle]! < u) low = middle + 1;
    else high = middle;
  }
  return low;
}
