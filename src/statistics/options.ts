import { OptionError } from './errors';
import { nearest } from './nearest';

/** The values that one option accepts. */
export interface OptionRule {
  /** In words, as `a share, 0–1`. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  readonly required?: boolean;
}

/** The rules of a cell's options: one for every member of the options' type. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: OptionRule };

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Numbers in a closed range; never NaN. */
export function numberIn(least: number, most: number, expected: string): OptionRule {
  return { expected, accepts: (value) => isNumber(value) && value >= least && value <= most };
}

/** Whole numbers, `least` or more. */
export function count(least = 1): OptionRule {
  return {
    expected: `a whole number, ${least} or more`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  };
}

/** Finite numbers, 0 or more. */
export const FROM_0: OptionRule = {
  expected: '0 or more',
  accepts: (value) => Number.isFinite(value) && (value as number) >= 0,
};

/** Shares of weights that are zero, below 1. */
export const SPARSITY: OptionRule = {
  expected: '0 (dense) to below 1',
  accepts: (value) => isNumber(value) && value >= 0 && value < 1,
};

export const PROBABILITY = numberIn(0, 1, 'a probability, 0–1');

/** Seeds of randomness. */
export const SEED: OptionRule = { expected: 'a whole number', accepts: Number.isSafeInteger };

export const FLAG: OptionRule = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

export const TEXT: OptionRule = {
  expected: 'a string that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};

export const FUNCTION: OptionRule = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
};

export const SIGNAL: OptionRule = {
  expected: 'an AbortSignal',
  accepts: (value) => value instanceof AbortSignal,
};

/** A variant, by its name or its sparsity; its existence is checked elsewhere. */
export const VARIANT: OptionRule = {
  expected: 'the name of a variant, or a sparsity',
  accepts: (value) => typeof value === 'string' || isNumber(value),
};

/** One of a few values. */
export function choice(choices: readonly (string | number)[]): OptionRule {
  return {
    expected: `one of ${choices.join(', ')}`,
    accepts: (value) => (choices as readonly unknown[]).includes(value),
  };
}

/** Lists of items that the rule accepts. */
export function listOf(item: OptionRule, least = 1): OptionRule {
  return {
    expected: `a list of ${least} or more, each ${item.expected}`,
    accepts: (value) => Array.isArray(value) && value.length >= least && value.every(item.accepts),
  };
}

/** Values that either rule accepts. */
export function either(one: OptionRule, other: OptionRule): OptionRule {
  return {
    expected: `${one.expected}, or ${other.expected}`,
    accepts: (value) => one.accepts(value) || other.accepts(value),
  };
}

/** Objects with these members, each of which may be missing. */
export function membersOf<Members>(rules: OptionRules<Members>): OptionRule {
  const all = Object.entries<OptionRule>(rules);
  const isValid = ([name, value]: [string, unknown]) =>
    value === undefined || all.some(([known, rule]) => known === name && rule.accepts(value));
  return {
    expected: `an object of ${all.map(([name, rule]) => `${name} (${rule.expected})`).join(', ')}`,
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(isValid),
  };
}

/** Any value but null and promises; another check looks closer. */
export function something(expected: string): OptionRule {
  return { expected, accepts: (value) => value !== null && !(value instanceof Promise) };
}

/** The same rule, for an option that is required. */
export function required(rule: OptionRule): OptionRule {
  return { ...rule, required: true };
}

/**
 * Checks the options of a call against their description; plain JavaScript has no other check.
 *
 * @param cell its name, for messages
 * @param path the prefix of options within an option, for messages, as `pruning.`
 * @returns the options
 * @throws OptionError where they are not an object, one is unknown (naming the nearest known one), one has
 *   a value that its rule does not accept, or a required one is missing
 */
export function checkOptions<Options extends object>(
  cell: string,
  options: Options,
  rules: OptionRules<Options>,
  path = '',
): Options {
  const all = rules as Readonly<Record<string, OptionRule>>;
  const names = Object.keys(all);
  const missing = names.filter((name) => all[name]!.required);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new OptionError(
      `${cell}: expected ${path === '' ? 'options' : path.slice(0, -1)} as an object` +
        `${missing.length > 0 ? ` with ${missing.join(', ')}` : ''}, found ${shown(options)}.`,
      { option: path.replace(/\.$/, ''), value: options },
    );
  requireAwaited(cell, 'options', options);
  for (const [name, value] of Object.entries(options)) {
    // Also of names that every object has, as `constructor`.
    const rule = Object.hasOwn(all, name) ? all[name] : undefined;
    if (!rule) throw unknownOption(cell, path, name, names, value);
    if (value === undefined) continue;
    requireAwaited(cell, path + name, value);
    checkOption(path + name, value, rule.accepts(value), rule.expected);
  }
  for (const name of missing)
    if (options[name as keyof Options] === undefined)
      throw new OptionError(
        `${cell}: the option ${path}${name} is missing; expected ${all[name]!.expected}.`,
        { option: path + name },
      );
  return options;
}

function unknownOption(
  cell: string,
  path: string,
  name: string,
  names: readonly string[],
  value: unknown,
): OptionError {
  const near = nearest(name, names);
  const hint = near === undefined ? '' : ` Did you mean ${path}${near}?`;
  return new OptionError(
    `${cell}: there is no option ${path}${name}.${hint} It takes ${names.join(', ') || 'none'}.`,
    { option: path + name, value },
  );
}

/** @throws OptionError for a promise instead of its value */
export function requireAwaited(cell: string, name: string, value: unknown): void {
  if (value instanceof Promise)
    throw new OptionError(
      `${cell}: ${name} is a promise; put await before the call that makes it.`,
      {
        option: name,
        value,
      },
    );
}

/** @throws OptionError naming the option, its value and what is expected, unless the value is valid */
export function checkOption(name: string, value: unknown, valid: boolean, expected: string): void {
  if (valid) return;
  throw new OptionError(`${name}: ${shown(value)}; expected ${expected}.`, { option: name, value });
}

/** A value in short, for messages. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.slice(0, 10).map(shown).join(', ')}]`;
  if (typeof value === 'string')
    return `'${value.length > 100 ? `${value.slice(0, 99)}…` : value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null)
    return `an object (${Object.keys(value).slice(0, 6).join(', ') || value.constructor?.name})`;
  return String(value);
}

/** @throws OptionError for anything but a whole number, `least` or more */
export function checkCount(name: string, value: number, least = 1): void {
  const { accepts, expected } = count(least);
  checkOption(name, value, accepts(value), expected);
}

/** @throws OptionError for anything but one of the choices, listing them */
export function checkChoice<T extends string | number>(
  name: string,
  value: string | number,
  choices: readonly T[],
): asserts value is T {
  const { accepts, expected } = choice(choices);
  checkOption(name, value, accepts(value), expected);
}

/** The members of predictions that always exist. */
const PREDICTIONS = ['imageIds', 'trueClass', 'models'] as const;

/**
 * Checks the first argument of a cell that takes predictions.
 *
 * @throws OptionError for a promise, a path, rows or anything else, with the way out
 */
export function checkPredictions(cell: string, predictions: unknown): void {
  requireAwaited(cell, 'predictions', predictions);
  const fail = (wayOut: string) => {
    throw new OptionError(
      `${cell}: expected predictions, found ${shown(predictions)}; ${wayOut}.`,
      { option: 'predictions', value: predictions },
    );
  };
  if (predictions === undefined) fail('pass the result of readPredictions or trainPopulation');
  if (typeof predictions === 'string') fail('read them with await readPredictions(path)');
  if (Array.isArray(predictions)) fail('make them of rows with await readPredictions(rows)');
  const isPredictions =
    typeof predictions === 'object' &&
    predictions !== null &&
    PREDICTIONS.every((name) => name in predictions);
  if (!isPredictions) fail('pass the result of readPredictions or trainPopulation');
}
