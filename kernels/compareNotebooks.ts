import type { Difference } from './comparison/difference';
import { outputsDiffer } from './comparison/outputs';
import type { Cell, CodeCell, Notebook } from './notebook';
import { storedPart } from './storedPart';

/**
 * The tag of cells whose outputs differ from machine to machine, such as those that train. nbval, a
 * pytest plug-in, skips them too.
 */
const VARIES = 'nbval-ignore-output';

/** How the outputs of a cell differ from the stored ones. */
export interface CellDifference {
  /** The cell's id. */
  readonly id: string;
  /** Its execution count. */
  readonly number: number;
  /** Its TypeScript. */
  readonly source: string;
  /** The places that differ; at least one. */
  readonly differences: readonly Difference[];
}

/**
 * Compares the outputs of a run with the stored ones: numbers within a tolerance, figures by their
 * data, pictures by their pixels, everything else exactly.
 *
 * @param stored the notebook as it was read
 * @param run the same notebook after a run
 * @returns the cells that differ
 */
export async function differences(stored: Notebook, run: Notebook): Promise<CellDifference[]> {
  const found: CellDifference[] = [];
  const cells = storedCells(stored);
  for (const cell of storedPart(run).cells.filter(isExecuted)) {
    const { id, execution_count, source, metadata, outputs } = cell;
    if (metadata.tags?.includes(VARIES)) continue;
    const differences = await outputsDiffer(cells.get(id)?.outputs ?? [], outputs);
    if (differences.length > 0) found.push({ id, number: execution_count!, source, differences });
  }
  return found;
}

/**
 * Returns the notebook to write in place of the stored one: the run, with the stored outputs where the
 * new ones are equal within the tolerance, and without the pictures of cells tagged
 * `pictures-not-stored`.
 *
 * @param stored the notebook as it was read
 * @param run the same notebook after a run
 */
export async function keepStored(stored: Notebook, run: Notebook): Promise<Notebook> {
  const cells = storedCells(stored);
  const part = storedPart(run);
  const kept = part.cells.map(async (cell): Promise<Cell> => {
    const before = cells.get(cell.id);
    if (!isExecuted(cell) || before?.execution_count !== cell.execution_count) return cell;
    const found = await outputsDiffer(before.outputs, cell.outputs);
    return found.length > 0 ? cell : { ...cell, outputs: before.outputs };
  });
  return { ...part, cells: await Promise.all(kept) };
}

function storedCells({ cells }: Notebook): Map<string, CodeCell> {
  return new Map(cells.filter((cell) => cell.cell_type === 'code').map((cell) => [cell.id, cell]));
}

function isExecuted(cell: Cell): cell is CodeCell {
  return cell.cell_type === 'code' && cell.execution_count !== null;
}
