import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { differences, keepStored } from '../compareNotebooks';
import { NotebookError, OptionError } from '../errors';
import { type Notebook, readNotebook, writeNotebook } from '../notebook';
import { relativeLinks } from '../pages/links';
import { notebookPage } from '../pages/page';
import { formatDuration } from '../progress';
import { describeFailure, runNotebook, withParameters } from '../runNotebook';
import { Terminal } from '../terminal';
import { asksForHelp, type CommandOptions, exitStatus, parseArguments } from './command';

const usage = (command: string) => `Usage: ${command} [<notebook.ipynb or folder>...] [options]

Executes notebooks, each in its own process and folder, and stores their outputs. Stops at the first
cell that fails. Default: the notebooks in the folder notebooks.

  --check               write nothing; fail if tables, figures or text differ from the stored
                        outputs. Numbers may differ by 1e-6 of their size or by one unit in the
                        last digit shown. Cells tagged "nbval-ignore-output" are not compared;
                        pictures of cells tagged "pictures-not-stored" are neither stored in place
                        nor compared
  --output <folder>     write the executed notebooks here (default: in place)
  --html                write a self-contained page beside each executed notebook
  --trust               let scripts, styles and forms of the notebooks' HTML stay in their pages
  --timeout <seconds>   the time that a cell may run (default: without limit)
  --parameters <k=v>    set a variable of the cell tagged "parameters"; the value is JSON, else a
                        string (may be repeated)
  --jobs <n>            notebooks that run at a time (default: one per core and 2 GB of free memory)`;

/** The memory of a notebook with a figure, a network and some data. */
const BYTES_PER_NOTEBOOK = 2 * 2 ** 30;
const DIFFERENCES_SHOWN = 5;
/** The exit status of a program that Ctrl-C ended. */
const INTERRUPTED = 130;
/** The abort reason of a run that is stopped because another one failed. */
const OTHER_FAILED = 'another notebook failed';
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const DEFAULT_FOLDER = 'notebooks';
const KINDS = {
  check: 'flag',
  output: 'value',
  html: 'flag',
  trust: 'flag',
  timeout: 'value',
  parameters: 'values',
  jobs: 'value',
} as const;

interface Job {
  readonly path: string;
  readonly stored: Notebook;
  /** The notebook with its parameters set. */
  readonly notebook: Notebook;
}

interface Arguments {
  readonly notebooks: readonly string[];
  readonly check: boolean;
  readonly output?: string;
  readonly html: boolean;
  readonly trust: boolean;
  readonly timeout?: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly jobs: number;
}

/**
 * Executes notebooks: their paths and the options that `--help` lists.
 *
 * @param argv the arguments after the command's name
 * @returns the exit status: 0; 1 where a notebook failed, differs under `--check` or cannot be run,
 *   with an error message on stderr; 130 where Ctrl-C interrupted
 */
export function notebooksCommand(
  argv: readonly string[],
  { command }: CommandOptions,
): Promise<number> {
  return exitStatus(async () => {
    if (!asksForHelp(argv)) return runNotebooks(readOptions(argv, command));
    console.log(usage(command));
    return 0;
  });
}

async function runNotebooks(options: Arguments): Promise<number> {
  // Reports notebooks that cannot be read before any is run.
  const waiting = options.notebooks.map((path): Job => {
    const stored = readNotebook(path);
    return { path, stored, notebook: withParameters(path, stored, options.parameters) };
  });
  const stop = new AbortController();
  const onInterrupt = () => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onInterrupt);
  let status = 0;
  const serve = async () => {
    for (let job = waiting.shift(); job && !stop.signal.aborted; job = waiting.shift()) {
      if (await execute(job, options, stop.signal)) continue;
      // The first failure stops the other notebooks, which have not failed themselves.
      status ||= stop.signal.aborted ? INTERRUPTED : 1;
      stop.abort(OTHER_FAILED);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.jobs }, serve));
  } finally {
    for (const signal of SIGNALS) process.off(signal, onInterrupt);
  }
  return status;
}

/** Executes one notebook and reports the outcome; returns whether it succeeded. */
async function execute(job: Job, options: Arguments, signal: AbortSignal): Promise<boolean> {
  const { path, stored } = job;
  const { check, timeout, jobs } = options;
  const started = Date.now();
  const terminal = new Terminal(jobs > 1 ? basename(path, '.ipynb') : undefined);
  const { notebook, failure } = await runNotebook(job.notebook, {
    directory: dirname(resolve(path)),
    observer: terminal,
    signal,
    ...(timeout !== undefined && { timeout }),
  });
  terminal.flush();
  if (signal.reason === OTHER_FAILED) {
    console.error(`\n${path}: stopped, as ${OTHER_FAILED}. Its file is unchanged.`);
    return false;
  }
  const files = check ? '' : await write(path, stored, notebook, options);
  if (failure || signal.aborted) {
    const account = failure ? describeFailure(path, failure) : `${path}: interrupted.`;
    console.error(`\n${account}${files && `\n\nWrote the outputs up to there: ${files}`}`);
    return false;
  }
  const found = check ? await differences(stored, notebook) : [];
  if (found.length > 0) {
    const more = found.length - DIFFERENCES_SHOWN;
    console.error(
      [
        `\n${path} differs from its stored outputs:`,
        ...found.slice(0, DIFFERENCES_SHOWN).map((difference) => `    ${difference}`),
        ...(more > 0 ? [`    and in ${more} more cells`] : []),
        'If the change is intended, execute the notebook without --check and review it.',
      ].join('\n'),
    );
    return false;
  }
  const duration = formatDuration((Date.now() - started) / 1000);
  console.log(
    `${path}: done in ${duration}. ${check ? 'Its outputs equal the stored ones.' : `Wrote ${files}`}`,
  );
  return true;
}

/** Returns the names of the files written. */
async function write(
  path: string,
  stored: Notebook,
  run: Notebook,
  { output, html, trust, notebooks }: Arguments,
): Promise<string> {
  const folder = output ?? dirname(path);
  const file = join(folder, basename(path));
  mkdirSync(folder, { recursive: true });
  // In place, differences within the tolerance must not become changes in version control.
  const kept = output === undefined ? await keepStored(stored, run) : run;
  writeNotebook(file, kept);
  if (!html) return file;
  const page = pageFile(path, output);
  const withPage = new Set(notebooks.map((notebook) => resolve(notebook)));
  const links = relativeLinks({
    from: dirname(resolve(path)),
    to: resolve(folder),
    pageOf: (notebook) =>
      withPage.has(notebook) ? resolve(pageFile(notebook, output)) : undefined,
  });
  const fallbackTitle = basename(path, '.ipynb');
  writeFileSync(page, await notebookPage(run, { fallbackTitle, trust, links }));
  return `${file}, ${page}`;
}

function pageFile(path: string, output: string | undefined): string {
  return join(output ?? dirname(path), `${basename(path, '.ipynb')}.html`);
}

function readOptions(argv: readonly string[], command: string): Arguments {
  const { values, positionals } = parseArguments(argv, KINDS, command);
  const { check, html, trust, output } = values;
  if (check && (html || output !== undefined))
    throw new OptionError('--check writes nothing: expected neither --output nor --html with it.');
  if (trust && !html) throw new OptionError('--trust is about pages: expected --html with it.');
  const notebooks = (positionals.length > 0 ? positionals : [defaultFolder()]).flatMap(notebooksAt);
  if (output !== undefined) refuseEqualNames(notebooks);
  const timeout = parseNumber('--timeout', values.timeout, 'a number of seconds above 0');
  const jobs = parseNumber('--jobs', values.jobs, 'a number above 0') ?? sensibleJobs();
  return {
    notebooks,
    check,
    html,
    trust,
    jobs: Math.min(notebooks.length, Math.ceil(jobs)),
    parameters: Object.fromEntries(values.parameters.map(parseParameter)),
    ...(output !== undefined && { output }),
    ...(timeout !== undefined && { timeout }),
  };
}

function defaultFolder(): string {
  if (existsSync(DEFAULT_FOLDER)) return DEFAULT_FOLDER;
  throw new OptionError(
    `Expected notebooks or folders of notebooks to execute, or a folder ${DEFAULT_FOLDER} in ${process.cwd()}; found neither.`,
  );
}

/** A notebook, or the notebooks of a folder, sorted by name. */
function notebooksAt(path: string): string[] {
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
  const [, name, text] = /^([A-Za-z_$][\w$]*)=(.*)$/s.exec(argument) ?? [];
  if (name === undefined || text === undefined)
    throw new OptionError(`--parameters ${argument}: expected name=value.`);
  try {
    return [name, JSON.parse(text)];
  } catch {
    return [name, text];
  }
}
