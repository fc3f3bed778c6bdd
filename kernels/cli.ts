import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { globSync } from 'tinyglobby';
import { differences, keepStored } from './compareNotebooks';
import { NotebookError, OptionError } from './errors';
import { type Notebook, readNotebook, writeNotebook } from './notebook';
import { notebookPage } from './page';
import { formatDuration } from './progress';
import { describeFailure, runNotebook, withParameters } from './runNotebook';
import { storedPart } from './storedPart';
import { Terminal } from './terminal';

const USAGE = `Executes notebooks, each in a process of its own, and stops at the first cell that fails.

npm run notebooks -- [<notebook.ipynb or folder>...] [options]

Without a notebook: those of the folder notebooks.

  --check                writes nothing; fails where tables, figures or texts are no longer what is
                         stored. Numbers may differ by 1e-6 of their size or by one in the last
                         digit shown. Cells tagged "nbval-ignore-output" are not compared;
                         pictures of those tagged "pictures-not-stored" are neither stored in place
                         nor compared
  --output <folder>      where the executed notebooks go (default: in place)
  --html                 writes a self-contained page beside each executed notebook
  --timeout <seconds>    how long one cell may run (default: no limit; npm run notebooks sets 600)
  --parameters <k=v>     sets a variable of the cell tagged "parameters"; the value is JSON, else
                         a text (may be repeated)
  --jobs <n>             notebooks at a time (default: one per core and 2 GB of free memory)`;

/** What a notebook with a figure, a network and some data needs. */
const BYTES_PER_NOTEBOOK = 2 * 2 ** 30;
const DIFFERENCES_SHOWN = 5;
/** As shells have it for what Ctrl-C ended. */
const INTERRUPTED = 130;
/** Why runs stop, where none of their own. */
const OTHER_FAILED = 'another notebook failed';

interface Job {
  readonly path: string;
  readonly stored: Notebook;
  /** With its parameters. */
  readonly notebook: Notebook;
}

interface Arguments {
  readonly notebooks: readonly string[];
  readonly check: boolean;
  readonly output?: string;
  readonly html: boolean;
  readonly timeout?: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly jobs: number;
}

async function main(argv: string[]): Promise<number> {
  const options = parseArguments(argv);
  // What cannot be run is told before anything runs.
  const waiting = options.notebooks.map((path): Job => {
    const stored = readNotebook(path);
    return { path, stored, notebook: withParameters(path, stored, options.parameters) };
  });
  const stop = new AbortController();
  const onInterrupt = () => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onInterrupt);
  let status = 0;
  const serve = async () => {
    for (let job = waiting.shift(); job && !stop.signal.aborted; job = waiting.shift()) {
      if (await execute(job, options, stop.signal)) continue;
      // The first to fail ends them all; those that it ends are no failures of their own.
      status ||= stop.signal.aborted ? INTERRUPTED : 1;
      stop.abort(OTHER_FAILED);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, serve));
  return status;
}

/** Executes one notebook and tells how it went; returns whether all is well. */
async function execute(job: Job, options: Arguments, signal: AbortSignal): Promise<boolean> {
  const { path, stored } = job;
  const { check, output, html, timeout, jobs } = options;
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
    console.error(`\n${path}: stopped, as ${OTHER_FAILED}. Nothing of it was written.`);
    return false;
  }
  const files = check ? '' : await write(path, stored, notebook, output, html);
  if (failure || signal.aborted) {
    const account = failure ? describeFailure(path, failure) : `${path}: interrupted.`;
    console.error(`\n${account}${files && `\n\nUp to there: ${files}`}`);
    return false;
  }
  const found = check ? await differences(stored, storedPart(notebook)) : [];
  if (found.length > 0) {
    const more = found.length - DIFFERENCES_SHOWN;
    console.error(
      [
        `\n${path} shows something else than what is stored:`,
        ...found.slice(0, DIFFERENCES_SHOWN).map((difference) => `    ${difference}`),
        ...(more > 0 ? [`    and in ${more} more cells`] : []),
        'If that is meant to be, execute it without --check and look at the change.',
      ].join('\n'),
    );
    return false;
  }
  const duration = formatDuration((Date.now() - started) / 1000);
  console.log(
    `${path}: done in ${duration}. ${check ? 'It is what is stored.' : `Wrote ${files}`}`,
  );
  return true;
}

/** Returns the names of what it wrote. */
async function write(
  path: string,
  stored: Notebook,
  run: Notebook,
  output: string | undefined,
  html: boolean,
): Promise<string> {
  const folder = output ?? dirname(path);
  const name = basename(path, '.ipynb');
  const file = join(folder, `${name}.ipynb`);
  const page = join(folder, `${name}.html`);
  mkdirSync(folder, { recursive: true });
  // In place, what does not differ beyond the tolerance is no change for version control.
  const kept = output === undefined ? await keepStored(stored, storedPart(run)) : run;
  writeNotebook(file, kept);
  if (html) writeFileSync(page, await notebookPage(run, name));
  return html ? `${file}, ${page}` : file;
}

function parseArguments(argv: string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      output: { type: 'string' },
      html: { type: 'boolean', default: false },
      timeout: { type: 'string' },
      parameters: { type: 'string', multiple: true, default: [] },
      jobs: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit();
  }
  const { check, html, output } = values;
  if (check && (html || output !== undefined))
    throw new OptionError('--check writes nothing: expected neither --output nor --html with it.');
  const notebooks = (positionals.length > 0 ? positionals : ['notebooks']).flatMap(notebooksAt);
  if (output !== undefined) refuseEqualNames(notebooks);
  const timeout = parseNumber('--timeout', values.timeout, 'a number of seconds above 0');
  const jobs = parseNumber('--jobs', values.jobs, 'a number above 0') ?? sensibleJobs();
  return {
    notebooks,
    check,
    html,
    jobs: Math.min(notebooks.length, Math.ceil(jobs)),
    parameters: Object.fromEntries(values.parameters.map(parseParameter)),
    ...(output !== undefined && { output }),
    ...(timeout !== undefined && { timeout }),
  };
}

/** A notebook, or the notebooks of a folder by name. */
function notebooksAt(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const found = globSync('*.ipynb', { cwd: path }).sort();
  if (found.length === 0) throw new NotebookError(`${path}: expected notebooks (*.ipynb) in it.`);
  return found.map((name) => join(path, name));
}

/** One folder holds one notebook of a name. */
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
  // The memory that is free may be more than a container's limit.
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

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: Error) => {
    console.error(`${error.name}: ${error.message}`);
    process.exit(1);
  },
);
