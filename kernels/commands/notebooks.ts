import { readFileSync } from 'node:fs';
import { differencesPage, type NotebookDifferences } from '../comparison/differencesPage';
import { readNotebook } from '../notebook';
import { withParameters } from '../parameters';
import { type FindLine, tellGitHub } from '../reports/github';
import { jsonOf } from '../reports/json';
import { junitOf } from '../reports/junit';
import { type NotebookReport, skippedReport } from '../reports/report';
import { slowCells } from '../reports/slowCells';
import { sourceLines } from '../reports/sourceLines';
import { writeFileAtomic } from '../writeFileAtomic';
import { asksForHelp, type CommandOptions, exitStatus } from './command';
import { executeJob, type Job, OTHER_FAILED } from './executeJob';
import { type Arguments, readOptions, usage } from './notebookOptions';
import { bringInStep } from './twins';

/** The exit statuses of a program that a signal ended: 128 and the signal's number. */
const INTERRUPTED: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGINT: 130,
  SIGTERM: 143,
};
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Executes notebooks: their paths and the options that `--help` lists.
 *
 * @param argv the arguments after the command's name
 * @returns the exit status: 0; 1 where a notebook failed, differs under `--check` or cannot be run,
 *   with an error message on stderr; 130 where Ctrl-C interrupted, 143 where SIGTERM did
 */
export function notebooksCommand(
  argv: readonly string[],
  { command }: CommandOptions,
): Promise<number> {
  return exitStatus(async () => {
    if (asksForHelp(argv)) {
      console.log(usage(command));
      return 0;
    }
    return argv.includes('--twin')
      ? bringInStep(argv, command)
      : runNotebooks(readOptions(argv, command));
  });
}

async function runNotebooks(options: Arguments): Promise<number> {
  // Reports notebooks that cannot be read before any is run.
  const jobs = options.notebooks.map((path): Job => {
    const stored = readNotebook(path);
    return { path, stored, notebook: withParameters(path, stored, options.parameters) };
  });
  const findLine = lineFinder(options.notebooks);
  const stop = new AbortController();
  let interrupted: number | undefined;
  const onInterrupt = (signal: NodeJS.Signals) => {
    // Whoever asks twice does not want to wait; where a notebook failed, one asks for the first time.
    if (interrupted !== undefined) process.exit(interrupted);
    interrupted = INTERRUPTED[signal]!;
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onInterrupt);
  let status = 0;
  const reports = jobs.map(({ path, notebook }) => skippedReport(path, notebook, OTHER_FAILED));
  const compared: NotebookDifferences[] = [];
  const waiting = [...jobs.entries()];
  const serve = async () => {
    for (let next = waiting.shift(); next && !stop.signal.aborted; next = waiting.shift()) {
      const [i, job] = next;
      const { succeeded, report, differences } = await executeJob(job, options, stop.signal);
      reports[i] = report;
      if (differences) compared.push({ path: job.path, cells: differences });
      if (succeeded) continue;
      status ||= interrupted ?? 1;
      // The first failure stops the other notebooks, which have not failed themselves.
      if (!options.keepGoing) stop.abort(OTHER_FAILED);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.jobs }, serve));
  } finally {
    for (const signal of SIGNALS) process.off(signal, onInterrupt);
    tell(reports, options, findLine);
    if (options.diff !== undefined) writeFileAtomic(options.diff, differencesPage(compared));
  }
  return status;
}

function tell(
  reports: readonly NotebookReport[],
  { junit, json, keepGoing }: Arguments,
  findLine: FindLine,
): void {
  const slow = slowCells(reports);
  if (slow.length > 0) console.log(['\nThe slowest cells:', ...slow].join('\n'));
  const failed = reports.flatMap(({ path, cells }) => {
    const numbers = cells.filter(({ outcome }) => outcome === 'failed').map((cell) => cell.number);
    return numbers.length > 0
      ? [`    ${path}, cell${numbers.length > 1 ? 's' : ''} ${numbers.join(', ')}`]
      : [];
  });
  if (keepGoing && failed.length > 0)
    console.error(
      [`\n${failed.length} of ${reports.length} notebooks failed:`, ...failed].join('\n'),
    );
  if (junit !== undefined) writeFileAtomic(junit, junitOf(reports));
  if (json !== undefined) writeFileAtomic(json, jsonOf(reports));
  tellGitHub(reports, findLine);
}

/** Reads the files before the run replaces them: GitHub shows lines of the files that are checked in. */
function lineFinder(paths: readonly string[]): FindLine {
  const texts = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
  return (path, id, line) => sourceLines(texts.get(path)!)(id, line);
}
