import type { CellError } from './cellError';

/** Where and why a cell failed. */
export interface CellFailure {
  /** The exception, with its place in the cell. */
  readonly error: CellError;
  /** The TypeScript of the cell that failed. */
  readonly source: string;
  /** The text that the cell had printed. */
  readonly printed: string;
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

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ');
}
