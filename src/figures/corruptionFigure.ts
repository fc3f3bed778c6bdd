import type { PerCorruptionRow } from '../analysis/perCorruptionTTest';
import { type Dot, dotRows } from './dotRows';
import type { Figure } from './figure';
import { bySparsity, range, rowsOf, type Table } from './rows';

/** What {@link corruptionFigure} reads of a row of `perCorruptionTTest`. */
export type CorruptionFigureRow = Pick<
  PerCorruptionRow,
  | 'sparsity'
  | 'corruption'
  | 'n_dense'
  | 'n_pruned'
  | 'n_images'
  | 'excess_change'
  | 'standard_error'
  | 'significant'
>;

export interface CorruptionFigureOptions {
  /** The `measure` that `perCorruptionTTest` was given. Default `difference`. */
  readonly measure?: 'difference' | 'relative';
}

/**
 * What each corruption costs pruned models beyond what it costs dense ones: a row per corruption, a
 * dot per sparsity, filled where Welch's test finds a difference, with a line over two standard errors
 * over models to each side. The corruptions that cost the sparsest models most come first.
 *
 * @param table what `perCorruptionTTest` gives
 */
export function corruptionFigure(
  table: Table<CorruptionFigureRow>,
  { measure = 'difference' }: CorruptionFigureOptions = {},
): Figure {
  const rows = rowsOf(table);
  const levels = bySparsity(rows).map(([sparsity, ofLevel]) => {
    const dots = ofLevel.map((row) => {
      const value = 100 * row.excess_change;
      const line = 200 * row.standard_error;
      const dot = { value, from: value - line, to: value + line, hollow: !row.significant };
      return [row.corruption, dot] as const;
    });
    return [sparsity, new Map(dots)] as const;
  });
  const names = [...new Set(rows.map((row) => row.corruption))];
  const [, sparsest = new Map<string, Dot>()] = levels.at(-1) ?? [];
  const cost = (name: string) => sparsest.get(name)?.value ?? 0;
  const count = (of: 'n_dense' | 'n_pruned' | 'n_images') => range(rows.map((row) => row[of]));
  return dotRows({
    title: 'What corruption costs pruned models beyond dense ones',
    subtitle:
      `N = ${count('n_dense')} dense and ${count('n_pruned')} pruned models, ${count('n_images')} images; ` +
      'filled: significant; lines: two standard errors',
    axis:
      'Change in top-1 from clean images, pruned less dense models ' +
      (measure === 'relative' ? '(% of clean)' : '(percentage points)'),
    rows: names.toSorted((a, b) => cost(a) - cost(b)),
    levels,
    lineWidth: 1.5,
  });
}
