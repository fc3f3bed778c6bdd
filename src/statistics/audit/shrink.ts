/** An effect and the variance of its error. */
export interface Effect {
  readonly effect: number;
  readonly variance: number;
}

/**
 * Variance between true effects by the method of moments (DerSimonian & Laird 1986), 0 where the effects
 * differ no more than their errors explain.
 */
export function betweenVariance(effects: readonly Effect[]): number {
  if (effects.length < 2) return 0;
  const weights = effects.map(({ variance }) => 1 / variance);
  const total = sum(weights);
  const mean = sum(effects.map(({ effect }, i) => weights[i]! * effect)) / total;
  const q = sum(effects.map(({ effect }, i) => weights[i]! * (effect - mean) ** 2));
  const scale = total - sum(weights.map((weight) => weight ** 2)) / total;
  return Math.max(0, (q - (effects.length - 1)) / scale);
}

/**
 * Estimates of the true effects, each drawn towards their common mean by as much as its own error outweighs the
 * differences between effects (empirical Bayes, Efron & Morris 1975): the largest of many raw effects are
 * mostly those with the largest errors.
 */
export function shrunk(effects: readonly Effect[]): number[] {
  const between = betweenVariance(effects);
  const weights = effects.map(({ variance }) => 1 / (variance + between));
  const mean = sum(effects.map(({ effect }, i) => weights[i]! * effect)) / sum(weights);
  return effects.map(
    ({ effect, variance }) => mean + (between / (between + variance)) * (effect - mean),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
