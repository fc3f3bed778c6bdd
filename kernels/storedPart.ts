import type { CellOutput, Notebook } from './notebook';

/**
 * Cells whose pictures may be looked at but not passed on, as those of images without a licence,
 * carry this tag.
 */
const NOT_STORED = 'pictures-not-stored';

/** What of an executed notebook is written in its place: not the pictures of cells so tagged. */
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
