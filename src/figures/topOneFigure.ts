import type { Data } from 'plotly.js';
import type { ModelAccuracyRow } from '../analysis/modelAccuracy';
import type { Figure } from './figure';
import { baseLayout } from './layout';
import { PALETTE } from './palette';
import { bySparsity, percent, range, rowsOf, sparsityName, type Table } from './rows';

/** What {@link topOneFigure} reads of a row of `modelAccuracy`. */
export type TopOneRow = Pick<ModelAccuracyRow, 'sparsity' | 'top1'>;

/**
 * How top-1 accuracy spreads over the models of each sparsity: every model a dot, a box over the
 * quartiles, the mean dashed.
 *
 * @param table what `modelAccuracy` gives: one row per model
 */
export function topOneFigure(table: Table<TopOneRow>): Figure {
  const levels = bySparsity(rowsOf(table));
  const data = levels.map(
    ([sparsity, models]): Data => ({
      type: 'box',
      name: sparsityName(sparsity),
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
  const counts = levels.map(([, models]) => models.length);
  return {
    data,
    layout: {
      ...baseLayout(
        'Top-1 accuracy over the population',
        `N = ${range(counts)} models per sparsity; the dashed line is their mean`,
      ),
      height: 380,
      margin: { t: 80, r: 16, b: 56, l: 72 },
      showlegend: false,
      xaxis: { title: { text: 'Sparsity (share of weights that are zero)' }, type: 'category' },
      yaxis: { title: { text: 'Top-1 accuracy (%)' }, gridcolor: '#eeeeee' },
    },
  };
}
