import type { Data } from 'plotly.js';
import { type ModelAccuracyRow, modelAccuracyTable } from '../analysis/modelAccuracy';
import { rowsOf, type Table } from '../tables/schema';
import { type Figure, figure } from './figure';
import { baseLayout, variantAxis } from './layout';
import { PALETTE } from './palette';
import { byVariant, percent, range } from './rows';

const COLUMNS = ['variant', 'sparsity', 'top1'] as const;

/** The columns of `modelAccuracy` that {@link topOneFigure} reads. */
export type TopOneRow = Pick<ModelAccuracyRow, (typeof COLUMNS)[number]>;

/**
 * The spread of top-1 accuracy over the models of each variant: every model a dot, a box over the
 * quartiles, the mean dashed.
 *
 * @param table the table of `modelAccuracy`: one row per model
 * @throws TableError for a table of another kind
 */
export function topOneFigure(table: Table<TopOneRow>): Figure {
  const variants = byVariant(rowsOf('topOneFigure', modelAccuracyTable, table, COLUMNS));
  const data = variants.map(
    ([variant, models]): Data => ({
      type: 'box',
      name: variant,
      y: models.map((model) => percent(model.top1)),
      boxpoints: 'all',
      boxmean: true,
      pointpos: 0,
      jitter: 0.5,
      width: 0.5,
      fillcolor: '#dddddd',
      line: { color: PALETTE.muted, width: 1.5 },
      marker: { color: PALETTE.ink, size: 6, opacity: 0.8 },
      hovertemplate: '%{y:.2f}%<extra></extra>',
    }),
  );
  const counts = variants.map(([, models]) => models.length);
  return figure(data, {
    ...baseLayout(
      'Top-1 accuracy over the population',
      `N = ${range(counts)} models of each variant; the dashed line is their mean`,
    ),
    height: 396,
    margin: { t: 80, r: 16, b: 72, l: 72 },
    showlegend: false,
    xaxis: variantAxis(variants.map(([variant]) => variant)),
    yaxis: { title: { text: 'Top-1 accuracy (%)' }, gridcolor: '#eeeeee' },
  });
}
