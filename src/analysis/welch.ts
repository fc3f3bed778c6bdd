import tCdf from '@stdlib/stats-base-dists-t-cdf';

/** The outcome of a t-test. */
export interface TTest {
  readonly statistic: number;
  /** Two-tailed. */
  readonly pValue: number;
  /** Of the difference of the means. */
  readonly standardError: number;
}

/**
 * Welch's t-test of the hypothesis that two samples, whose variances may differ, have equal means
 * (as scipy's `ttest_ind(a, b, equal_var=False)`).
 *
 * @param a,b at least two numbers each
 * @returns statistic positive where `a`'s mean is larger. Where both variances are 0: ±Infinity
 *   and p 0 if the means differ, NaN and NaN if not.
 */
export function welchTTest(a: Float64Array, b: Float64Array): TTest {
  const first = meanAndError(a);
  const second = meanAndError(b);
  const difference = first.mean - second.mean;
  const squaredError = first.squaredError + second.squaredError;
  const standardError = Math.sqrt(squaredError);
  const statistic = difference / standardError;
  if (squaredError === 0)
    return { statistic, pValue: difference === 0 ? Number.NaN : 0, standardError };
  const degreesOfFreedom =
    squaredError ** 2 /
    (first.squaredError ** 2 / (a.length - 1) + second.squaredError ** 2 / (b.length - 1));
  const pValue = 2 * tCdf(-Math.abs(statistic), degreesOfFreedom);
  return { statistic, pValue, standardError };
}

/** A sample's mean, and the square of that mean's standard error. */
function meanAndError(sample: Float64Array): { mean: number; squaredError: number } {
  const n = sample.length;
  const [first] = sample;
  // Rounding would give equal numbers a mean beside them, and a variance.
  if (sample.every((value) => value === first)) return { mean: first!, squaredError: 0 };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += sample[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (sample[i]! - mean) ** 2;
  return { mean, squaredError: squares / (n - 1) / n };
}

/**
 * P-values adjusted for a bounded false discovery rate (Benjamini and Hochberg 1995). NaN, which no
 * test gave, stays NaN and does not count.
 */
export function adjustPValues(pValues: readonly number[]): number[] {
  const largestFirst = pValues
    .map((p, index) => ({ p, index }))
    .filter(({ p }) => !Number.isNaN(p))
    .sort((a, b) => b.p - a.p);
  const tests = largestFirst.length;
  const adjusted = pValues.map(() => Number.NaN);
  let smallest = 1;
  largestFirst.forEach(({ p, index }, k) => {
    smallest = Math.min(smallest, (p * tests) / (tests - k));
    adjusted[index] = smallest;
  });
  return adjusted;
}
