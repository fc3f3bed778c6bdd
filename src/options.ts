import { OptionError } from './errors';

/** @throws OptionError naming the option, its value and what it takes, unless the value is valid */
export function checkOption(name: string, value: unknown, valid: boolean, expected: string): void {
  if (valid) return;
  throw new OptionError(`${name}: ${shown(value)}; expected ${expected}.`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** @throws OptionError for anything but a whole number, `least` or more */
export function checkCount(name: string, value: number, least = 1): void {
  const valid = Number.isSafeInteger(value) && value >= least;
  checkOption(name, value, valid, `a whole number, ${least} or more`);
}

/** @throws OptionError for a negative number, NaN or infinity */
export function checkFrom0(name: string, value: number): void {
  checkOption(name, value, Number.isFinite(value) && value >= 0, '0 or more');
}

/** @throws OptionError unless 0 <= sparsity < 1 */
export function checkSparsity(sparsity: number): void {
  const valid = Number.isFinite(sparsity) && sparsity >= 0 && sparsity < 1;
  checkOption('sparsity', sparsity, valid, '0 (dense) to below 1');
}

/** @throws OptionError for anything but one of the choices, listing them */
export function checkChoice<T extends string | number>(
  name: string,
  value: string | number,
  choices: readonly T[],
): asserts value is T {
  const valid = (choices as readonly unknown[]).includes(value);
  checkOption(name, value, valid, `one of ${choices.join(', ')}`);
}
