import type { Data } from 'plotly.js';
import type { PIEAccuracyRow } from '../analysis/evalPIEs';
import type { Figure } from './figure';
import { baseLayout } from './layout';
import { PALETTE } from './palette';
import { bySparsity, drawable, percent, range, rowsOf, sparsityName, type Table } from './rows';

const SETS = [
  { images: 'pies', name: 'PIEs' },
  { images: 'random', name: 'random' },
  { images: 'without-pies', name: 'without<br>PIEs' },
] as const;

const MODELS = [
  { kind: 'dense', name: 'dense models', color: PALETTE.reference },
  { kind: 'pruned', name: 'pruned models', color: PALETTE.ink },
] as const;

/** What {@link pieAccuracyFigure} reads of a row of `evalPIEs`. */
export type PIEAccuracyFigureRow = Pick<
  PIEAccuracyRow,
  'sparsity' | 'images' | 'n_images' | `n_${Kind}` | `${Kind}_top1` | `${Kind}_top1_sd`
>;

type Kind = (typeof MODELS)[number]['kind'];

/**
 * Top-1 accuracy of dense and pruned models on PIEs, on as many random images, and on the test set
 * without PIEs, per sparsity: the paper's figure of the three, with a line over two standard errors over
 * models to each side.
 *
 * @param table what `evalPIEs` gives
 */
export function pieAccuracyFigure(table: Table<PIEAccuracyFigureRow>): Figure {
  const rows = rowsOf(table);
  const ordered = bySparsity(rows).flatMap(([, ofLevel]) =>
    SETS.flatMap(({ images }) => ofLevel.filter((row) => row.images === images)),
  );
  const labels = [
    ordered.map((row) => `${sparsityName(row.sparsity)} sparsity`),
    ordered.map((row) => SETS.find(({ images }) => images === row.images)!.name),
  ];
  const data = MODELS.map(
    ({ kind, name, color }): Data => ({
      type: 'bar',
      name,
      // Two rows of labels, which plotly's types do not know.
      x: labels as unknown as string[],
      y: ordered.map((row) => percent(row[`${kind}_top1`])),
      error_y: {
        type: 'data',
        array: ordered.map((row) =>
          drawable(percent((2 * row[`${kind}_top1_sd`]) / Math.sqrt(row[`n_${kind}`]))),
        ),
        color: PALETTE.muted,
        thickness: 1,
        width: 2,
      },
      marker: { color },
      customdata: ordered.map((row) => row.n_images),
      hovertemplate: '%{y:.2f}% of %{customdata} images<extra>%{fullData.name}</extra>',
    }),
  );
  const pies = rows.filter((row) => row.images === 'pies').map((row) => row.n_images);
  return {
    data,
    layout: {
      ...baseLayout(
        'Top-1 accuracy on PIEs and on other images',
        `N = ${range(rows.map((row) => row.n_dense))} dense and ${range(rows.map((row) => row.n_pruned))} ` +
          `pruned models per sparsity, ${range(pies)} PIEs; lines: two standard errors over models`,
      ),
      height: 420,
      margin: { t: 104, r: 16, b: 72, l: 72 },
      bargap: 0.25,
      xaxis: { type: 'multicategory', tickangle: 0, tickfont: { size: 11 } },
      yaxis: { title: { text: 'Top-1 accuracy (%)' }, gridcolor: '#eeeeee', rangemode: 'tozero' },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
    },
  };
}
