import { describeFailure } from '../cellFailure';
import type { CellDifference } from '../compareNotebooks';
import { describeCell, summarizeCell } from '../comparison/describe';
import type { Notebook } from '../notebook';
import { type CellResult, isCode } from '../runNotebook';

/** What became of a notebook, cell by cell. */
export interface NotebookReport {
  /** The notebook's path, as the user named it. */
  readonly path: string;
  readonly seconds: number;
  readonly cells: readonly CellReport[];
}

/** What became of a code cell. */
export interface CellReport {
  readonly id: string;
  /** Its execution count; missing where it was not run. */
  readonly number?: number;
  /** The first line of its code that holds a word. */
  readonly title: string;
  readonly outcome: CellResult['outcome'];
  readonly seconds: number;
  /** Why it failed. */
  readonly failure?: FailureReport;
  /** Why it was skipped. */
  readonly reason?: string;
}

/** Why a cell failed, for people who do not have the notebook before them. */
export interface FailureReport {
  /** The exception's class; `OutputDiffers` where the outputs are not the stored ones. */
  readonly type: string;
  /** One line. */
  readonly message: string;
  /** The place, the exception and what the cell had printed, or the differences. */
  readonly text: string;
  /** The line of the cell, from 1. */
  readonly line?: number;
}

/** Makes the report of a notebook that was run; a cell whose outputs differ from the stored ones has failed. */
export function reportOf(
  path: string,
  seconds: number,
  cells: readonly CellResult[],
  differences: readonly CellDifference[] = [],
): NotebookReport {
  return {
    path,
    seconds,
    cells: cells.map(({ id, source, number, outcome, seconds, failure, reason }): CellReport => {
      const differs = differences.find((difference) => difference.id === id);
      const why = failure
        ? failureReport(describeFailure(path, failure), failure.error)
        : differs && {
            type: 'OutputDiffers',
            message: summarizeCell(differs),
            text: describeCell(differs),
          };
      return {
        id,
        title: titleOf(source),
        outcome: why ? 'failed' : outcome,
        seconds,
        ...(number !== undefined && { number }),
        ...(why && { failure: why }),
        ...(reason !== undefined && { reason }),
      };
    }),
  };
}

/** The report of a notebook that was not run, or that was stopped because another one failed. */
export function skippedReport(path: string, notebook: Notebook, reason: string): NotebookReport {
  const cells = notebook.cells.filter(isCode).map(({ id, source }): CellReport => {
    return { id, title: titleOf(source), outcome: 'skipped', seconds: 0, reason };
  });
  return { path, seconds: 0, cells };
}

/** The name of a cell in reports: `cell 3: const x = 1;`. */
export function cellName({ number, id, title }: CellReport): string {
  return `cell ${number ?? id}: ${title}`;
}

/** The first line of a cell's code that holds a word, cut to 100 characters. */
export function titleOf(source: string): string {
  const first = source.split('\n').find((text) => /\w/.test(text)) ?? '';
  return first.trim().slice(0, 100);
}

function failureReport(
  text: string,
  { name, message, line }: { name: string; message: string; line?: number },
): FailureReport {
  const [first = ''] = message.split('\n');
  return { type: name, message: first, text, ...(line !== undefined && { line }) };
}
