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
  images: ArrayLike<number> = trueClass.map((_, i) => i),
): number {
  const width = labels.length / trueClass.length;
  let correct = 0;
  for (let j = 0; j < images.length; j++) {
    const i = images[j]!;
    for (let k = i * width; k < (i + 1) * width; k++) if (labels[k] === trueClass[i]) correct++;
  }
  return correct / images.length;
}
