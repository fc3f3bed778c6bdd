import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { CellError } from './cellError';
import type { CellFailure } from './cellFailure';
import { OptionError } from './errors';
import { KernelProcess } from './kernelProcess';
import { NOTEBOOK_METADATA } from './kernelspec';
import type { Cell, CellEvent, CellOutput, CodeCell, Notebook } from './notebook';
import { type ProgressSink, terminalProgress } from './progress';
import { ShownOutputs } from './shownOutputs';

/** The tag of cells whose failure is part of what the notebook shows; nbclient has the same. */
const MAY_FAIL = 'raises-exception';
/** The tag of cells that are not run and stay as they are; nbclient has the same. */
const NOT_RUN = 'skip-execution';

/** A code cell's place in a run. */
export interface CellPlace {
  /** The cell's execution count, from 1; empty cells and those that are not to be run do not count. */
  readonly number: number;
  /** The number of cells that the run executes. */
  readonly of: number;
}

/** Callbacks that follow a run. */
export interface RunObserver {
  /** Called before a cell is executed. */
  cellStarts?(
    cell: CellPlace & {
      /** The cell's TypeScript. */
      readonly source: string;
    },
  ): void;
  /** Called with each output of the running cell or, late, of the last one; in order. */
  output?(output: CellEvent): void;
  /**
   * Called with what Node, native code and child processes write to stderr. It differs from run to
   * run and is not stored in the notebook.
   */
  log?(text: string): void;
  /** Shows the progress of long work. Default: a line on this process's stderr. */
  readonly progress?: ProgressSink;
  /** Called after a cell has ended, unless the run stops at it. */
  cellEnds?(
    cell: CellPlace & {
      /** The seconds that it took. */
      readonly seconds: number;
    },
  ): void;
}

/** Options of a run. */
export interface RunOptions {
  /** The notebook's folder, in which its cells run and resolve their imports. */
  readonly directory: string;
  /** Seconds that one cell may run. Default: without limit. */
  readonly timeout?: number;
  /** Whether the cells below one that fails are run. Default: false. */
  readonly keepGoing?: boolean;
  /** Callbacks that follow the run. */
  readonly observer?: RunObserver;
  /** Interrupts the running cell; the run then ends as if the cell had failed. */
  readonly signal?: AbortSignal;
}

/** What became of a code cell that is not empty. */
export interface CellResult {
  /** The cell's id. */
  readonly id: string;
  /** The cell's TypeScript. */
  readonly source: string;
  /** Its execution count; missing where the cell was not run. */
  readonly number?: number;
  /** `skipped`: not run, or not to its end. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The seconds that it took; 0 where it was not run. */
  readonly seconds: number;
  /** Why it failed. */
  readonly failure?: CellFailure;
  /** Why it was skipped. */
  readonly reason?: string;
}

/** The outcome of a run. */
export interface RunResult {
  /**
   * The notebook with the outputs of this run; cells that did not run have none, but for those tagged
   * `skip-execution`, which stay as they are.
   */
  readonly notebook: Notebook;
  /** The code cells that are not empty, in order. */
  readonly cells: readonly CellResult[];
  /** The first failure; missing where no cell failed. */
  readonly failure?: CellFailure;
}

/**
 * Executes a notebook's code cells in order, in a new process, up to the first that fails. Cells are
 * numbered by execution count: empty ones do not count. A cell tagged `raises-exception` may throw, and one
 * tagged `skip-execution` is not run.
 *
 * @param notebook the notebook, as {@link readNotebook} or {@link withParameters} returns it
 * @param options the notebook's folder, and optional settings
 * @returns the notebook with its outputs, and what became of each cell
 * @throws OptionError if `directory` is not a folder
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<RunResult> {
  const { directory, observer = {}, timeout, signal, keepGoing = false } = options;
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new OptionError(`directory: ${directory}; expected the notebook's folder.`);
  const run = new Run(notebook);
  const stops = () => signal?.aborted || (!keepGoing && run.failure !== undefined);
  const kernel = new KernelProcess(directory, {
    output: (output) => {
      run.shown.take(output);
      observer.output?.(output);
    },
    log: (text) => observer.log?.(text),
    progress: observer.progress ?? terminalProgress(),
    idleError: (error) => {
      run.fail(error);
      // The run has failed, whatever the running cell waits for.
      if (stops()) kernel.stop();
    },
  });
  const interrupt = () => kernel.stop();
  signal?.addEventListener('abort', interrupt);
  try {
    // The start of the compiler is not part of the first cell's time.
    await kernel.ready;
    for (const place of run.places()) {
      if (stops() || kernel.hasEnded) break;
      const source = run.start(place.number);
      const started = performance.now();
      observer.cellStarts?.({ ...place, source });
      const error = await kernel.execute(source, timeout === undefined ? {} : { timeout });
      const seconds = (performance.now() - started) / 1000;
      // What stops because another cell has failed has not failed itself.
      if (stops() && !signal?.aborted) break;
      if (error) run.fail(error, error.isAborted || signal?.aborted);
      run.end(place.number, seconds);
      if (!stops()) observer.cellEnds?.({ ...place, seconds });
    }
    if (!stops()) await kernel.finish();
  } finally {
    signal?.removeEventListener('abort', interrupt);
    await kernel.close();
  }
  return run.result(signal?.aborted ?? false);
}

/** The state of a run: what its cells have shown and how they ended. */
class Run {
  readonly shown = new ShownOutputs();
  /** The first failure. */
  failure: CellFailure | undefined;
  private readonly cells: Cell[];
  /** Where the cells to run are in the notebook, by execution count less one. */
  private readonly positions: readonly number[];
  private readonly failures = new Map<number, CellFailure>();
  private readonly seconds = new Map<number, number>();

  constructor(private readonly notebook: Notebook) {
    this.cells = notebook.cells.map(cleared);
    this.positions = [...this.cells.keys()].filter((i) => isRun(this.cells[i]!));
  }

  places(): CellPlace[] {
    return this.positions.map((_, k) => ({ number: k + 1, of: this.positions.length }));
  }

  /** Returns the code of the cell that starts. */
  start(number: number): string {
    const position = this.positions[number - 1]!;
    const cell = this.cells[position] as CodeCell;
    this.cells[position] = {
      ...cell,
      execution_count: number,
      outputs: this.shown.ofNewCell(),
    };
    return cell.source;
  }

  /**
   * Notes an error below the cell that caused it, which is not always the last one run: an unhandled
   * rejection fails the cell that left it behind.
   *
   * @param isFatal whether it is a failure whatever the cell's tags
   */
  fail(error: CellError, isFatal = error.isAborted): void {
    const position = this.positions[error.cell - 1]!;
    const { source, outputs, metadata } = this.cells[position] as CodeCell;
    const failure = { error, source, printed: printed(outputs) };
    (outputs as CellOutput[]).push(errorOutput(error));
    if (!isFatal && metadata.tags?.includes(MAY_FAIL)) return;
    if (!this.failures.has(position)) this.failures.set(position, failure);
    this.failure ??= failure;
  }

  end(number: number, seconds: number): void {
    this.seconds.set(this.positions[number - 1]!, seconds);
  }

  result(isAborted: boolean): RunResult {
    const { notebook, cells, failure, failures, seconds } = this;
    const cause = [...failures.values()].find(({ error }) => error.isAborted) ?? failure;
    const reason = isAborted ? 'the run was interrupted' : `cell ${cause?.error.cell} failed`;
    const results = [...cells.keys()].flatMap((i): CellResult[] => {
      const cell = cells[i] as CodeCell;
      const { id, source } = cell;
      if (!isCode(cell)) return [];
      if (isSkipped(cell))
        return [{ id, source, outcome: 'skipped', seconds: 0, reason: `tagged "${NOT_RUN}"` }];
      const number = this.positions.indexOf(i) + 1;
      const own = failures.get(i);
      const took = seconds.get(i) ?? 0;
      if (own) return [{ id, source, number, outcome: 'failed', seconds: took, failure: own }];
      if (seconds.has(i)) return [{ id, source, number, outcome: 'passed', seconds: took }];
      return [{ id, source, outcome: 'skipped', seconds: 0, reason }];
    });
    return {
      notebook: { cells, metadata: { ...notebook.metadata, ...NOTEBOOK_METADATA } },
      cells: results,
      ...(failure && { failure }),
    };
  }
}

function cleared(cell: Cell): Cell {
  return cell.cell_type === 'code' && !isSkipped(cell)
    ? { ...cell, execution_count: null, outputs: [] }
    : cell;
}

/** Whether a cell has code. */
export function isCode(cell: Cell): cell is CodeCell {
  return cell.cell_type === 'code' && cell.source.trim() !== '';
}

function isSkipped(cell: Cell): boolean {
  return cell.metadata.tags?.includes(NOT_RUN) ?? false;
}

/** Whether a run executes a cell. */
export function isRun(cell: Cell): cell is CodeCell {
  return isCode(cell) && !isSkipped(cell);
}

function printed(outputs: readonly CellOutput[]): string {
  return outputs
    .map((output) => (output.output_type === 'stream' ? output.text : ''))
    .join('')
    .trimEnd();
}

function errorOutput({ name, message, traceback }: CellError): CellOutput {
  return { output_type: 'error', ename: name, evalue: message, traceback };
}
