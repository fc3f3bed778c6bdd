import { sampleStandardDeviation } from 'simple-statistics';

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/** The largest value, or −1 where none is above. */
export function largest(values: ArrayLike<number>): number {
  let result = -1;
  for (let i = 0; i < values.length; i++) result = Math.max(result, values[i]!);
  return result;
}

/**
 * Share of the images whose class is in their row of `labels`, [images × k]; NaN where there are none.
 *
 * @param images positions of those that count; default all
 */
export function shareCorrect(
  trueClass: Int32Array,
  labels: Int32Array,
  images?: ArrayLike<number>,
): number {
  const width = labels.length / trueClass.length;
  const count = images?.length ?? trueClass.length;
  let correct = 0;
  for (let j = 0; j < count; j++) {
    const i = images ? images[j]! : j;
    const label = trueClass[i]!;
    const end = (i + 1) * width;
    for (let k = i * width; k < end; k++) if (labels[k] === label) correct++;
  }
  return correct / count;
}

/** Sample standard deviation; NaN for fewer than two values. */
export function deviation(values: readonly number[]): number {
  return values.length < 2 ? Number.NaN : sampleStandardDeviation([...values]);
}
