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

/** Share of the images whose class is in their row of `labels`, [images × k]. */
export function shareCorrect(trueClass: Int32Array, labels: Int32Array): number {
  const width = labels.length / trueClass.length;
  let correct = 0;
  for (let i = 0; i < labels.length; i++)
    if (labels[i] === trueClass[Math.floor(i / width)]) correct++;
  return correct / trueClass.length;
}
