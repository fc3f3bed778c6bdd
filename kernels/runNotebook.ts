import { performance } from 'node:perf_hooks';
import type { CellError } from './cellError';
import { NotebookError } from './errors';
import { KernelProcess } from './kernelProcess';
import { NOTEBOOK_METADATA } from './kernelspec';
import type { Cell, CellOutput, CodeCell, Notebook } from './notebook';
import { type ProgressSink, terminalProgress } from './progress';

/** Told how a run goes. */
export interface RunObserver {
  cellStarts?(cell: { number: number; of: number; source: string }): void;
  output?(output: CellOutput): void;
  /** What is for the one who looks on, and not kept: see {@link KernelEvents.log}. */
  log?(text: string): void;
  readonly progress?: ProgressSink;
  cellEnds?(cell: { number: number; of: number; seconds: number }): void;
}

export interface RunOptions {
  /** The notebook's folder, where its cells run. */
  readonly directory: string;
  /** Seconds that one cell may run. Default: as long as it wants. */
  readonly timeout?: number;
  readonly observer?: RunObserver;
  /** Interrupts the cell that runs; the run then ends as if the cell had failed. */
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** With the outputs of this run only: cells that did not run have none. */
  readonly notebook: Notebook;
  readonly failure?: CellFailure;
}

/** Where and why a run stopped. */
export interface CellFailure {
  readonly error: CellError;
  /** The TypeScript of the cell that failed. */
  readonly source: string;
  /** What that cell had printed. */
  readonly printed: string;
}

/**
 * Executes a notebook's code cells in order, in a fresh process, up to the first that fails. Cells
 * are numbered by execution count: empty ones do not count.
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<RunResult> {
  const { observer = {}, timeout, signal } = options;
  const cells = notebook.cells.map(cleared);
  const positions = [...cells.keys()].filter((i) => isRun(cells[i]!));
  let outputs: CellOutput[] = [];
  let error: CellError | undefined;
  const kernel = new KernelProcess(options.directory, {
    output: (output) => {
      append(outputs, output);
      observer.output?.(output);
    },
    log: (text) => observer.log?.(text),
    progress: observer.progress ?? terminalProgress(),
    idleError: (idleError) => {
      error ??= idleError;
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
      outputs = [];
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

  // Not always the last one run: a promise that an earlier cell left behind fails that cell.
  const culprit = positions[error.cell - 1]!;
  const failed = cells[culprit] as CodeCell;
  cells[culprit] = { ...failed, outputs: [...failed.outputs, errorOutput(error)] };
  const failure = { error, source: failed.source, printed: printed(failed.outputs) };
  return { notebook: { cells, metadata }, failure };
}

/** What a person has to know of a failed cell, in one text. */
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
 * The notebook with one more cell below the one tagged `parameters`, which assigns values to its
 * variables, as papermill does; such a cell of an earlier run is left out.
 *
 * @param name how an error names the notebook
 * @throws NotebookError if no cell is tagged so
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
    // A block shows no value, where a last assignment would.
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

/** Adds an output; text to a stream continues the stream's last piece. */
function append(outputs: CellOutput[], output: CellOutput): void {
  const last = outputs.at(-1);
  if (
    output.output_type === 'stream' &&
    last?.output_type === 'stream' &&
    last.name === output.name
  )
    outputs[outputs.length - 1] = { ...last, text: last.text + output.text };
  else outputs.push(output);
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
