import type { Random } from 'selective-brain-damage-statistics/internal';
import { uniform } from './draws';

/**
 * A height map by the diamond-square algorithm, which wraps around at its edges.
 *
 * @param side a power of two
 * @param decay how much smaller the random steps get from one scale to the next finer one
 * @returns `side × side` numbers, the smallest 0 and the largest 1
 */
export function plasma(random: Random, side: number, decay: number): Float64Array {
  const map = new Float64Array(side * side);
  const at = (x: number, y: number) => map[((y + side) % side) * side + ((x + side) % side)]!;
  let roughness = 100;
  const step = (sum: number) => sum / 4 + roughness * uniform(random, -roughness, roughness);
  for (let size = side; size >= 2; size /= 2, roughness /= decay) {
    const half = size / 2;
    for (let y = half; y < side; y += size)
      for (let x = half; x < side; x += size)
        map[y * side + x] = step(
          at(x - half, y - half) +
            at(x + half, y - half) +
            at(x - half, y + half) +
            at(x + half, y + half),
        );
    for (const [startX, startY] of [
      [half, 0],
      [0, half],
    ] as const)
      for (let y = startY; y < side; y += size)
        for (let x = startX; x < side; x += size)
          map[y * side + x] = step(
            at(x - half, y) + at(x + half, y) + at(x, y - half) + at(x, y + half),
          );
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of map) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return map.map((value) => (value - low) / (high - low));
}
