import { existsSync, statSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { basename, join } from 'node:path';
import { globSync } from 'tinyglobby';
import { ResultCache } from '../cache/resultCache';
import { NotebookError, OptionError } from '../errors';
import { parseArguments } from './command';

/** The help of the command. */
export const usage = (
  command: string,
) => `Usage: ${command} [<notebook.ipynb or folder>...] [options]

Executes notebooks, each in its own process and folder, and stores their outputs. Stops at the first
cell that fails and is not tagged "raises-exception". Default: those in the folder notebooks.

  --check                write nothing; fail if outputs differ from the stored ones by more than
                         1e-6 or a last digit (cells tagged "nbval-ignore-output" may)
  --diff <page.html>     with --check: write the differences as a page
  --keep-going           run the other cells and notebooks too, and fail at the end
  --junit, --json <file> write what became of each cell
  --output <folder>      write the executed notebooks here (default: in place)
  --html                 write a self-contained page beside each executed notebook
  --trust                let scripts, styles and forms of the notebooks' HTML stay in their pages
  --timeout <seconds>    the time that a cell may run (default: without limit)
  -p <name> <value>      set a variable of the cell tagged "parameters"; the value is JSON, else a
                         string (may be repeated; also --parameters <name>=<value>)
  --cache <folder>       reuse results where code, packages and the files of --data are the same
  --data <pattern>       with --cache: the files that the notebooks read, or none (may be repeated)
  --twin                 execute nothing; keep code and text as a .ts file beside a notebook, both
                         ways (with --check: fail if they differ; --from ipynb | ts: take this one)
  --jobs <n>             notebooks that run at a time (default: one per core and 2 GB free memory)`;

/** The memory of a notebook with a figure, a network and some data. */
const BYTES_PER_NOTEBOOK = 2 * 2 ** 30;
/** The name of a variable. */
const NAME = /^[A-Za-z_$][\w$]*$/;
const DEFAULT_FOLDER = 'notebooks';
const KINDS = {
  // twins.ts reads it; an error about a misspelt option suggests the names listed here.
  twin: 'flag',
  check: 'flag',
  diff: 'value',
  'keep-going': 'flag',
  junit: 'value',
  json: 'value',
  output: 'value',
  html: 'flag',
  trust: 'flag',
  timeout: 'value',
  parameters: 'values',
  jobs: 'value',
  cache: 'value',
  data: 'values',
} as const;

/** What the user asked for. */
export interface Arguments {
  readonly notebooks: readonly string[];
  readonly check: boolean;
  readonly diff?: string;
  readonly keepGoing: boolean;
  readonly junit?: string;
  readonly json?: string;
  readonly output?: string;
  readonly html: boolean;
  readonly trust: boolean;
  readonly timeout?: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly jobs: number;
  readonly cache?: ResultCache;
}

/** @throws OptionError for arguments that cannot be used */
export function readOptions(argv: readonly string[], command: string): Arguments {
  const { values, positionals } = parseArguments(withLongParameters(argv), KINDS, command);
  const { check, diff, html, trust, output, junit, json } = values;
  if (check && (html || output !== undefined))
    throw new OptionError('--check writes nothing: expected neither --output nor --html with it.');
  if (trust && !html) throw new OptionError('--trust is about pages: expected --html with it.');
  if (diff !== undefined && !check)
    throw new OptionError('--diff: expected --check with it, which finds the differences.');
  const notebooks = (positionals.length > 0 ? positionals : [defaultFolder()]).flatMap(notebooksAt);
  if (output !== undefined) refuseEqualNames(notebooks);
  if (values.data.length > 0 && values.cache === undefined)
    throw new OptionError('--data: expected --cache with it, which depends on these files.');
  const timeout = parseNumber('--timeout', values.timeout, 'a number of seconds above 0');
  const jobs = parseNumber('--jobs', values.jobs, 'a number above 0') ?? sensibleJobs();
  return {
    notebooks,
    check,
    keepGoing: values['keep-going'],
    html,
    trust,
    jobs: Math.min(notebooks.length, Math.ceil(jobs)),
    parameters: Object.fromEntries(values.parameters.map(parseParameter)),
    ...(diff !== undefined && { diff }),
    ...(output !== undefined && { output }),
    ...(junit !== undefined && { junit }),
    ...(json !== undefined && { json }),
    ...(timeout !== undefined && { timeout }),
    ...(values.cache !== undefined && {
      cache: new ResultCache(values.cache, dataFiles(values.data)),
    }),
  };
}

/** The files that match the patterns; the pattern `none` stands for no files. */
function dataFiles(patterns: readonly string[]): string[] {
  if (patterns.length === 0)
    throw new OptionError(
      '--cache: expected --data <pattern> for the files that the notebooks read, or --data none where they read ' +
        'none. A result would be reused after a change of a file that is not named.',
    );
  if (patterns.join() === 'none') return [];
  return patterns.flatMap((pattern) => {
    const found = globSync(pattern, { absolute: true, dot: true });
    if (found.length === 0)
      throw new OptionError(`--data ${pattern}: there are no such files in ${process.cwd()}.`);
    return found;
  });
}

/** papermill's `-p name value` as `--parameters=name=value`. */
function withLongParameters(argv: readonly string[]): string[] {
  const at = argv.indexOf('-p');
  if (at === -1) return [...argv];
  const [name, value] = argv.slice(at + 1);
  if (name === undefined || value === undefined || !NAME.test(name))
    throw new OptionError(
      `-p ${name ?? ''}: expected the name of a variable, then its value, as in -p level 0.9.`,
    );
  return [
    ...argv.slice(0, at),
    `--parameters=${name}=${value}`,
    ...withLongParameters(argv.slice(at + 3)),
  ];
}

/** The folder whose notebooks are meant where none is named. */
export function defaultFolder(): string {
  if (existsSync(DEFAULT_FOLDER)) return DEFAULT_FOLDER;
  throw new OptionError(
    `Expected notebooks or folders of notebooks to execute, or a folder ${DEFAULT_FOLDER} in ${process.cwd()}; found neither.`,
  );
}

/** A notebook, or the notebooks of a folder, sorted by name. */
export function notebooksAt(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const found = globSync('*.ipynb', { cwd: path }).sort();
  if (found.length === 0)
    throw new NotebookError(`${path}: expected notebooks (*.ipynb) in this folder.`);
  return found.map((name) => join(path, name));
}

/** Refuses notebooks that would overwrite each other in the output folder. */
function refuseEqualNames(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const name = basename(path);
    const other = seen.get(name);
    if (other !== undefined)
      throw new OptionError(
        `--output: expected notebooks of different names, found ${other} and ${path}. ` +
          'Execute them one after the other, into different folders.',
      );
    seen.set(name, path);
  }
}

function sensibleJobs(): number {
  // The limit of a container may be below the machine's free memory.
  const memory = Math.min(freemem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memory / BYTES_PER_NOTEBOOK)));
}

function parseNumber(option: string, text: string | undefined, expected: string) {
  const value = text === undefined ? undefined : Number(text);
  if (value !== undefined && !(value > 0))
    throw new OptionError(`${option} ${text}: expected ${expected}.`);
  return value;
}

function parseParameter(argument: string): [name: string, value: unknown] {
  const equals = argument.indexOf('=');
  const [name, text] = [argument.slice(0, equals), argument.slice(equals + 1)];
  if (equals === -1 || !NAME.test(name))
    throw new OptionError(`--parameters ${argument}: expected name=value.`);
  try {
    return [name, JSON.parse(text)];
  } catch {
    return [name, text];
  }
}
