import { parseArgs } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';
import { NamedError, OptionError } from '../errors';

/** How a program runs a command. */
export interface CommandOptions {
  /** The command as the user types it, shown in help and errors: `sbd notebooks`. */
  readonly command: string;
}

/** An option without a value, with one value, or with a value each time it is given. */
type OptionKind = 'flag' | 'value' | 'values';

type Kinds = Readonly<Record<string, OptionKind>>;

type Values<K extends Kinds> = {
  readonly [Name in keyof K]: K[Name] extends 'flag'
    ? boolean
    : K[Name] extends 'value'
      ? string | undefined
      : readonly string[];
};

const FAILED = 1;

/** Runs a command and returns its exit status; an error that the user can fix is one line on stderr. */
export async function exitStatus(run: () => number | Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof NamedError)) throw error;
    console.error(`${error.name}: ${error.message}`);
    return FAILED;
  }
}

/** Whether the arguments ask for help, whatever else they hold. */
export function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h');
}

/**
 * Parses the arguments of a command.
 *
 * @throws OptionError for an unknown option, a missing value, or a value that a flag does not take
 */
export function parseArguments<K extends Kinds>(
  argv: readonly string[],
  kinds: K,
  command: string,
): { readonly values: Values<K>; readonly positionals: readonly string[] } {
  const fail = (message: string): never => {
    throw new OptionError(`${message} See ${command} --help.`);
  };
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(kinds).map(([name, kind]) => [
        name,
        { type: kind === 'flag' ? 'boolean' : 'string' } as const,
      ]),
    ),
  });
  const values: Record<string, boolean | string | string[] | undefined> = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      { flag: false, value: undefined, values: [] }[kind],
    ]),
  );
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const near = nearest(name, Object.keys(kinds));
      return fail(`${rawName}: unknown option${near ? `; did you mean --${near}?` : '.'}`);
    }
    if (kind === 'flag') {
      if (value !== undefined) return fail(`${rawName}=${value}: ${rawName} takes no value.`);
      values[name] = true;
      continue;
    }
    if (value === undefined) return fail(`${rawName}: expected a value after it.`);
    if (!inlineValue && value.startsWith('-'))
      return fail(
        `${rawName}: expected a value after it, found ${value}; write ${rawName}=${value} if that is the value.`,
      );
    if (kind === 'value') values[name] = value;
    else (values[name] as string[]).push(value);
  }
  return { values: values as Values<K>, positionals };
}

/** The word that an unknown one was probably meant to be. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const found = closest(word, words);
  return distance(word, found) <= Math.max(2, word.length / 3) ? found : undefined;
}
