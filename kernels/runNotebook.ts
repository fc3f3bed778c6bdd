import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { CellError } from './cellError';
import { NotebookError, OptionError } from './errors';
import { KernelProcess } from './kernelProcess';
import { NOTEBOOK_METADATA } from './kernelspec';
import type { Cell, CellEvent, CellOutput, CodeCell, Notebook } from './notebook';
import { type ProgressSink, terminalProgress } from './progress';

/** A code cell's place in a run. */
export interface CellPlace {
  /** The cell's execution count, from 1; empty cells do not count. */
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
  /** Called after a cell succeeded. */
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
  /** Callbacks that follow the run. */
  readonly observer?: RunObserver;
  /** Interrupts the running cell; the run then ends as if the cell had failed. */
  readonly signal?: AbortSignal;
}

/** The outcome of a run. */
export interface RunResult {
  /** The notebook with the outputs of this run only; cells that did not run have none. */
  readonly notebook: Notebook;
  /** Why the run stopped early; missing where all cells succeeded. */
  readonly failure?: CellFailure;
}

/** Where and why a run stopped. */
export interface CellFailure {
  /** The exception, with its place in the cell. */
  readonly error: CellError;
  /** The TypeScript of the cell that failed. */
  readonly source: string;
  /** The text that the cell had printed. */
  readonly printed: string;
}

/**
 * Executes a notebook's code cells in order, in a new process, up to the first that fails. Cells are
 * numbered by execution count: empty ones do not count.
 *
 * @param notebook the notebook, as {@link readNotebook} or {@link withParameters} returns it
 * @param options the notebook's folder, and optional settings
 * @returns the notebook with its outputs, and why the run stopped early, if it did
 * @throws OptionError if `directory` is not a folder
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<RunResult> {
  const { directory, observer = {}, timeout, signal } = options;
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new OptionError(`directory: ${directory}; expected the notebook's folder.`);
  const cells = notebook.cells.map(cleared);
  const positions = [...cells.keys()].filter((i) => isRun(cells[i]!));
  const shown = new ShownOutputs();
  let error: CellError | undefined;
  const kernel = new KernelProcess(directory, {
    output: (output) => {
      shown.take(output);
      observer.output?.(output);
    },
    log: (text) => observer.log?.(text),
    progress: observer.progress ?? terminalProgress(),
    idleError: (idleError) => {
      error ??= idleError;
      // The run has failed, whatever the running cell waits for.
      kernel.stop();
    },
  });
  const interrupt = () => kernel.stop();
  signal?.addEventListener('abort', interrupt);
  try {
    for (const [k, position] of positions.entries()) {
      if (error) break;
      const cell = cells[position] as CodeCell;
      const place = { number: k + 1, of: positions.length };
      const started = performance.now();
      const outputs = shown.ofNewCell();
      cells[position] = { ...cell, execution_count: place.number, outputs };
      observer.cellStarts?.({ ...place, source: cell.source });
      const own = await kernel.execute(cell.source, timeout === undefined ? {} : { timeout });
      error ??= own;
      if (error || signal?.aborted) break;
      observer.cellEnds?.({ ...place, seconds: (performance.now() - started) / 1000 });
    }
    if (!error && !signal?.aborted) await kernel.finish();
  } finally {
    signal?.removeEventListener('abort', interrupt);
    await kernel.close();
  }
  const metadata = { ...notebook.metadata, ...NOTEBOOK_METADATA };
  if (!error) return { notebook: { cells, metadata } };

  // Not always the last cell run: an unhandled rejection fails the cell that caused it.
  const culprit = positions[error.cell - 1]!;
  const failed = cells[culprit] as CodeCell;
  cells[culprit] = { ...failed, outputs: [...failed.outputs, errorOutput(error)] };
  const failure = { error, source: failed.source, printed: printed(failed.outputs) };
  return { notebook: { cells, metadata }, failure };
}

/**
 * Describes a failed cell in one text: the place, the exception, the text that the cell had printed,
 * and the stack in lines of the cells.
 *
 * @param name the name under which the text shows the notebook, such as its path
 * @param failure the failure that {@link runNotebook} returned
 */
export function describeFailure(name: string, { error, source, printed }: CellFailure): string {
  const line = error.line === undefined ? '' : `, line ${error.line}`;
  const code = error.line === undefined ? undefined : source.split('\n')[error.line - 1];
  return [
    `${name}, cell ${error.cell}${line}: ${error.name}: ${error.message}`,
    ...(code === undefined ? [] : [`    ${code.trim()}`]),
    ...(printed === '' ? ['It had printed nothing.'] : ['It had printed:', indented(printed)]),
    'Traceback:',
    indented(error.traceback.join('\n')),
  ].join('\n');
}

/**
 * Returns a notebook with one more cell below the cell tagged `parameters`, which assigns values to the
 * variables of that cell, as papermill does. It replaces such a cell of an earlier run.
 *
 * @param name the name under which an error shows the notebook, such as its path
 * @param notebook the notebook, which stays as it is
 * @param parameters values by variable, as JSON can hold them
 * @throws NotebookError if no cell is tagged `parameters`
 */
export function withParameters(
  name: string,
  notebook: Notebook,
  parameters: Readonly<Record<string, unknown>>,
): Notebook {
  const cells = notebook.cells.filter(
    (cell) => !cell.metadata.tags?.includes('injected-parameters'),
  );
  const names = Object.keys(parameters);
  if (names.length === 0) return { ...notebook, cells };
  const position = cells.findIndex((cell) => cell.metadata.tags?.includes('parameters'));
  if (position === -1)
    throw new NotebookError(
      `${name} takes no parameters (${names.join(', ')}): none of its cells is tagged "parameters".`,
    );
  const injected: CodeCell = {
    cell_type: 'code',
    id: 'injected-parameters',
    metadata: { tags: ['injected-parameters'] },
    // In a block, since a last assignment would show its value.
    source: [
      '{',
      ...names.map((name) => `  ${name} = ${JSON.stringify(parameters[name])};`),
      '}',
    ].join('\n'),
    execution_count: null,
    outputs: [],
  };
  return { ...notebook, cells: cells.toSpliced(position + 1, 0, injected) };
}

function cleared(cell: Cell): Cell {
  return cell.cell_type === 'code' ? { ...cell, execution_count: null, outputs: [] } : cell;
}

function isRun(cell: Cell): boolean {
  return cell.cell_type === 'code' && cell.source.trim() !== '';
}

/** The outputs of the cells that ran, as changes of them arrive. */
class ShownOutputs {
  private outputs: CellOutput[] = [];
  private isToBeCleared = false;
  /** Where the outputs of a name are. */
  private readonly named = new Map<
    string,
    { readonly outputs: CellOutput[]; readonly index: number }[]
  >();

  /** The list of the outputs of a cell that starts now. */
  ofNewCell(): readonly CellOutput[] {
    this.outputs = [];
    this.isToBeCleared = false;
    return this.outputs;
  }

  take(event: CellEvent): void {
    if (event.output_type === 'clear_output') {
      this.isToBeCleared = true;
      if (!event.wait) this.clear();
    } else if (event.output_type === 'update_display_data') {
      const { data, metadata, transient } = event;
      for (const { outputs, index } of this.named.get(transient.display_id) ?? [])
        outputs[index] = { output_type: 'display_data', data, metadata };
    } else {
      if (this.isToBeCleared) this.clear();
      this.append(event);
    }
  }

  private clear(): void {
    this.isToBeCleared = false;
    this.outputs.length = 0;
    for (const [name, places] of this.named)
      this.named.set(
        name,
        places.filter(({ outputs }) => outputs !== this.outputs),
      );
  }

  /** Adds an output; text is appended to the last output if that is of the same stream. */
  private append(
    event: Exclude<CellEvent, { output_type: 'clear_output' | 'update_display_data' }>,
  ): void {
    const { outputs, named } = this;
    const last = outputs.at(-1);
    if (
      event.output_type === 'stream' &&
      last?.output_type === 'stream' &&
      last.name === event.name
    ) {
      outputs[outputs.length - 1] = { ...last, text: last.text + event.text };
      return;
    }
    if (!('transient' in event)) {
      outputs.push(event);
      return;
    }
    const { transient, ...output } = event;
    const places = named.get(transient.display_id) ?? [];
    named.set(transient.display_id, [...places, { outputs, index: outputs.length }]);
    outputs.push(output);
  }
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

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ');
}
