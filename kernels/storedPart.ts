import type { CellOutput, Notebook } from './notebook';

/**
 * The tag of cells whose pictures may be viewed but not passed on, such as those of images without a
 * licence.
 */
const NOT_STORED = 'pictures-not-stored';

/** Returns an executed notebook without the pictures of cells tagged so. */
export function storedPart(run: Notebook): Notebook {
  const cells = run.cells.map((cell) =>
    cell.cell_type === 'code' && cell.metadata.tags?.includes(NOT_STORED)
      ? { ...cell, outputs: cell.outputs.map(withoutPictures) }
      : cell,
  );
  return { ...run, cells };
}

function withoutPictures(output: CellOutput): CellOutput {
  if (!('data' in output)) return output;
  const other = <T>(bundle: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(bundle).filter(([type]) => !type.startsWith('image/')));
  return { ...output, data: other(output.data), metadata: other(output.metadata) };
}
