import { NotebookError } from './errors';
import type { CodeCell, Notebook } from './notebook';

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
