import cephes from 'cephes';
import { type Direction, directionOf } from './direction';
import { requireModels, type Variant } from './variants';

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
  const pValue = twoTailed(statistic, degreesOfFreedom);
  return { statistic, pValue, standardError };
}

/**
 * The paired t-test of the hypothesis that differences between pairs have a mean of 0 (as scipy's
 * `ttest_rel(a, b)`).
 *
 * @param a,b at least two numbers, as many in either, pair by pair
 * @returns as {@link welchTTest}, of the differences
 */
export function pairedTTest(a: Float64Array, b: Float64Array): TTest {
  const { mean, squaredError } = meanAndError(a.map((value, i) => value - b[i]!));
  const standardError = Math.sqrt(squaredError);
  const statistic = mean / standardError;
  if (squaredError === 0) return { statistic, pValue: mean === 0 ? Number.NaN : 0, standardError };
  return { statistic, pValue: twoTailed(statistic, a.length - 1), standardError };
}

/** P(|T| > |t|) of Student's distribution, by the incomplete beta function. */
function twoTailed(t: number, degreesOfFreedom: number): number {
  const [square, half] = [t * t, degreesOfFreedom / 2];
  // Either form loses digits where its result is near 1.
  return square < 1
    ? 1 - cephes.incbet(0.5, half, square / (degreesOfFreedom + square))
    : cephes.incbet(half, 0.5, degreesOfFreedom / (degreesOfFreedom + square));
}

/** A sample's mean, and the square of that mean's standard error. */
export function meanAndError(sample: Float64Array): { mean: number; squaredError: number } {
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

/** The outcome of one test among the others of its variant. */
export interface Significance {
  /** The p-value adjusted by {@link adjustPValues}. */
  readonly p_adjusted: number;
  /** Whether the p-value is alpha or less. */
  readonly significant: boolean;
  /** `hurt` for a positive statistic, `helped` for a negative one. */
  readonly direction: Direction;
}

/** The significance of all tests of one variant, in their order. */
export function significance(
  tests: readonly { readonly statistic: number; readonly p_value: number }[],
  alpha: number,
): Significance[] {
  const adjusted = adjustPValues(tests.map((test) => test.p_value));
  return tests.map(({ statistic, p_value }, i) => {
    const significant = p_value <= alpha;
    const direction = directionOf(significant, statistic);
    return { p_adjusted: adjusted[i]!, significant, direction };
  });
}

/** @throws PredictionsError for a variant with fewer than two models, whose variance is not known */
export function checkTestable(variant: Variant<unknown>): void {
  requireModels(variant, 2, 'a t-test compares their means by their variance');
}

/**
 * P-values adjusted for a bounded false discovery rate (Benjamini and Hochberg 1995). NaN stays NaN and
 * does not count as a test.
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
