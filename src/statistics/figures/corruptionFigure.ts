import { type PerCorruptionRow, perCorruptionTable } from '../analysis/perCorruptionTTest';
import { rowsOf, type Table } from '../tables/schema';
import { type Dot, dotRows } from './dotRows';
import type { Figure } from './figure';
import { worseToBetter } from './layout';
import { baselineName, byVariant, modelCount, range } from './rows';

const COLUMNS = [
  ...(['variant', 'sparsity', 'baseline', 'corruption', 'measure'] as const),
  ...(['n_baseline', 'n_variant', 'n_images'] as const),
  ...(['excess_change', 'standard_error', 'significant'] as const),
] as const;

/** The columns of `perCorruptionTTest` that {@link corruptionFigure} reads. */
export type CorruptionFigureRow = Pick<PerCorruptionRow, (typeof COLUMNS)[number]>;

const UNITS = { difference: 'percentage points', relative: '% of clean', logit: 'logits' } as const;

/**
 * The cost of each corruption to a variant beyond its cost to the baseline: a row per corruption, a dot
 * per variant, filled where Welch's test finds a difference, with a line over two standard errors
 * over models to each side (the error of the images is not in it). The corruptions that cost the last
 * variant most come first.
 *
 * @param table the table of `perCorruptionTTest`
 * @throws TableError for a table of another kind
 */
export function corruptionFigure(table: Table<CorruptionFigureRow>): Figure {
  const rows = rowsOf('corruptionFigure', perCorruptionTable, table, COLUMNS);
  const variants = byVariant(rows).map(([variant, ofVariant]) => {
    const dots = ofVariant.map((row) => {
      const scale = row.measure === 'logit' ? 1 : 100;
      const value = scale * row.excess_change;
      const dot = { value, error: 2 * scale * row.standard_error, hollow: !row.significant };
      return [row.corruption, dot] as const;
    });
    return [variant, new Map(dots)] as const;
  });
  const names = [...new Set(rows.map((row) => row.corruption))];
  const [, last = new Map<string, Dot>()] = variants.at(-1) ?? [];
  const cost = (name: string) => last.get(name)?.value ?? 0;
  const measures = new Set(rows.map((row) => row.measure));
  return dotRows({
    title: `Cost of corruption in top-1 beyond its cost to ${baselineName(rows)} models`,
    subtitle:
      `N = ${modelCount(rows)}, ${range(rows.map((row) => row.n_images))} images; ` +
      'filled: significant; lines: two standard errors over models',
    axis: worseToBetter(
      `change from clean images less that of ${baselineName(rows)} ` +
        `(${[...measures].map((measure) => UNITS[measure]).join(', ')})`,
    ),
    rows: names.toSorted((a, b) => cost(a) - cost(b)),
    variants,
  });
}
