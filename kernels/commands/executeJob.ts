import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describeFailure } from '../cellFailure';
import { type CellDifference, differences, keepStored } from '../compareNotebooks';
import { describeDifferences } from '../comparison/describe';
import { type Notebook, writeNotebook } from '../notebook';
import { relativeLinks } from '../pages/links';
import { notebookPage } from '../pages/page';
import { formatDuration } from '../progress';
import { type NotebookReport, reportOf, skippedReport } from '../reports/report';
import { runNotebook } from '../runNotebook';
import { Terminal } from '../terminal';
import type { Arguments } from './notebookOptions';

/** The abort reason of a run that is stopped because another one failed. */
export const OTHER_FAILED = 'another notebook failed';

/** A notebook to run. */
export interface Job {
  readonly path: string;
  readonly stored: Notebook;
  /** The notebook with its parameters set. */
  readonly notebook: Notebook;
}

interface Outcome {
  readonly succeeded: boolean;
  readonly report: NotebookReport;
  /** The cells whose outputs differ from the stored ones, where they were compared. */
  readonly differences?: readonly CellDifference[];
}

/** Executes one notebook, writes what it is to write, and tells the outcome on the terminal. */
export async function executeJob(
  job: Job,
  options: Arguments,
  signal: AbortSignal,
): Promise<Outcome> {
  const { path, stored } = job;
  const { check, timeout, jobs, keepGoing } = options;
  const started = performance.now();
  const terminal = new Terminal(jobs > 1 ? basename(path, '.ipynb') : undefined);
  const { notebook, cells, failure } = await runNotebook(job.notebook, {
    directory: dirname(resolve(path)),
    observer: terminal,
    signal,
    keepGoing,
    ...(timeout !== undefined && { timeout }),
  });
  terminal.flush();
  if (signal.reason === OTHER_FAILED) {
    console.error(`\n${path}: stopped, as ${OTHER_FAILED}. Its file is unchanged.`);
    return { succeeded: false, report: skippedReport(path, job.notebook, OTHER_FAILED) };
  }
  const files = check ? '' : await write(path, stored, notebook, options);
  const isCut = signal.aborted || (failure !== undefined && !keepGoing);
  const failed = new Set(cells.flatMap(({ id, failure }) => (failure ? [id] : [])));
  const differing = check && !isCut ? await differences(stored, notebook) : [];
  const found = differing.filter(({ id }) => !failed.has(id));
  const seconds = (performance.now() - started) / 1000;
  const report = reportOf(path, seconds, cells, found);
  const accounts = cells.flatMap((cell) =>
    cell.failure ? [describeFailure(path, cell.failure)] : [],
  );
  if (signal.aborted && accounts.length === 0) accounts.push(`${path}: interrupted.`);
  const succeeded = accounts.length === 0 && found.length === 0;
  for (const account of accounts) console.error(`\n${account}`);
  if (accounts.length > 0 && files)
    console.error(`\nWrote the outputs${isCut ? ' up to there' : ''}: ${files}`);
  if (found.length > 0) console.error(`\n${describeDifferences(path, found)}`);
  if (succeeded)
    console.log(
      `${path}: done in ${formatDuration(seconds)}. ` +
        `${check ? 'Its outputs equal the stored ones.' : `Wrote ${files}`}`,
    );
  return { succeeded, report, ...(check && !isCut && { differences: found }) };
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
