import type { ErrorFields } from '../errors';
import { type OptionRule, shown } from '../options';
import type { UntrustedFile } from './bytes';

/** What a value in a JSON file has to be; its members and items are looked at one by one. */
export interface JsonRule extends OptionRule {
  /** The members of an object, by name; others may stand beside them. */
  readonly members?: Readonly<Record<string, JsonRule>>;
  /** Each item of a list, and each member of an object without `members`. */
  readonly items?: JsonRule;
  /** Whether a member may be missing. */
  readonly optional?: boolean;
}

/** An object with these members, and any others. */
export function objectOf(members: Readonly<Record<string, JsonRule>>): JsonRule {
  return { expected: 'an object', accepts: isObject, members };
}

/** An object with any members, all of one kind. */
export function recordOf(items: JsonRule): JsonRule {
  return { expected: 'an object', accepts: isObject, items };
}

/** A list of items of one kind. */
export function itemsOf(items: JsonRule): JsonRule {
  return { expected: 'a list', accepts: Array.isArray, items };
}

/** The same rule, for a member that may be missing. */
export function maybe(rule: JsonRule): JsonRule {
  return { ...rule, optional: true };
}

/** The same rule, or null, as JSON has it for NaN. */
export function orNull(rule: JsonRule): JsonRule {
  return { ...rule, accepts: (value) => value === null || rule.accepts(value) };
}

/** Finite numbers. */
export const NUMBER: JsonRule = { expected: 'a number', accepts: Number.isFinite };

/** Any text, the empty one too. */
export const STRING: JsonRule = {
  expected: 'a string',
  accepts: (value) => typeof value === 'string',
};

/** A JSON file of a known kind. */
export interface JsonFile extends UntrustedFile {
  /** What it is, as `the record of a run`. */
  readonly what: string;
  /** What its value has to be. */
  readonly rule: JsonRule;
}

/** Objects and lists in one another, beyond which walking a value would overflow the stack. */
const DEEPEST = 500;

/**
 * The value in a JSON file, checked.
 *
 * @throws an error of the file's class, naming the file, what it is, the member that is wrong and the way out
 */
export function parseJson<Value>(file: JsonFile, json: Buffer | string): Value {
  const value = parse(file, json);
  const wrong = wrongMember(value, file.rule, '');
  if (wrong !== undefined) failed(file, `is damaged: ${wrong}.`);
  return value as Value;
}

function parse(file: JsonFile, json: Buffer | string): unknown {
  const text = json.toString().replace(/^\ufeff/, '');
  if (depthOf(text) > DEEPEST)
    failed(file, `has more than ${DEEPEST} objects and lists in one another.`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    return failed(file, `is not JSON (${(cause as Error).message}).`, cause);
  }
}

function failed(
  { file, what, Failure, wayOut }: JsonFile,
  problem: string,
  cause?: unknown,
): never {
  const fields: ErrorFields & ErrorOptions = { file, cause };
  throw new Failure([`${file}: ${what} ${problem}`, wayOut].filter(Boolean).join(' '), fields);
}

/** How deep brackets outside of strings lie in one another. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') quoted = !quoted;
    else if (quoted) i += Number(c === '\\');
    else if (c === '[' || c === '{') deepest = Math.max(deepest, ++depth);
    else if (c === ']' || c === '}') depth--;
  }
  return deepest;
}

/** The first member that is wrong, and why: `spec.seed is 'x', expected a whole number`. */
function wrongMember(value: unknown, rule: JsonRule, path: string): string | undefined {
  if (!rule.accepts(value)) return `${path || 'it'} is ${shown(value)}, expected ${rule.expected}`;
  if (typeof value !== 'object' || value === null) return undefined;
  const { members, items } = rule;
  for (const [name, member] of Object.entries(members ?? {})) {
    const place = path === '' ? name : `${path}.${name}`;
    const found = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (found === undefined && member.optional) continue;
    if (found === undefined) return `${place} is missing, expected ${member.expected}`;
    const wrong = wrongMember(found, member, place);
    if (wrong !== undefined) return wrong;
  }
  if (items)
    for (const [name, item] of Object.entries(value)) {
      const place = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
      const wrong = wrongMember(item, items, place);
      if (wrong !== undefined) return wrong;
    }
  return undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
