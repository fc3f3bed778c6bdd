import { alea } from 'seedrandom';

/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * The stream that a seed and a name stand for. Every use of randomness has a name of its own
 * (`randomFrom(seed, 'shuffle', epoch)`), so that adding one never shifts another.
 *
 * @param seed the run's seed
 * @param name what the stream is for; parts are joined by `/`
 */
export function randomFrom(seed: number, ...name: (string | number)[]): Random {
  return alea([seed, ...name].join('/'));
}

/** A 31-bit integer seed derived from a seed and a name, for libraries that want a number. */
export function seedFrom(seed: number, ...name: (string | number)[]): number {
  return Math.floor(randomFrom(seed, ...name)() * 0x7fffffff);
}

/** Shuffles `items` in place by Fisher and Yates, and returns them. */
export function shuffleInPlace<T extends { length: number; [index: number]: unknown }>(
  items: T,
  random: Random,
): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = items[i];
    items[i] = items[j];
    items[j] = kept;
  }
  return items;
}

/** Normally distributed numbers, by Box and Muller. */
export function normals(random: Random, count: number, mean: number, deviation: number) {
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    numbers[i] = mean + radius * Math.cos(angle);
    if (i + 1 < count) numbers[i + 1] = mean + radius * Math.sin(angle);
  }
  return numbers;
}
