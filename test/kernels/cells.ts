import type { CodeCell, Notebook } from '#kernels/notebook';

/** A code cell, as its source or with tags. */
type CellText = string | { readonly source: string; readonly tags: readonly string[] };

/** A notebook of these code cells, with the ids c1, c2, … */
export function notebookOf(...texts: readonly CellText[]): Notebook {
  const cells = texts.map((text, i): CodeCell => {
    const { source, tags } = typeof text === 'string' ? { source: text, tags: undefined } : text;
    const metadata = tags ? { tags } : {};
    return {
      ...({ cell_type: 'code', id: `c${i + 1}`, metadata, source } as const),
      ...{ execution_count: null, outputs: [] },
    };
  });
  return { cells, metadata: {} };
}
