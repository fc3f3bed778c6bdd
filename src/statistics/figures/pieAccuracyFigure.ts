import type { Data } from 'plotly.js';
import { type PIEAccuracyRow, pieAccuracyTable } from '../analysis/evalPIEs';
import { rowsOf, type Table } from '../tables/schema';
import { type Figure, figure } from './figure';
import { baseLayout, LEGEND_ABOVE } from './layout';
import { PALETTE } from './palette';
import { baselineName, byVariant, drawable, modelCount, percent, range } from './rows';

const SETS = [
  { images: 'pies', name: 'PIEs' },
  { images: 'random', name: 'random' },
  { images: 'without-pies', name: 'without<br>PIEs' },
] as const;

const MODELS = [
  { kind: 'baseline', color: PALETTE.reference },
  { kind: 'variant', color: PALETTE.ink },
] as const;

type Kind = (typeof MODELS)[number]['kind'];

const COLUMNS = [
  ...(['variant', 'sparsity', 'baseline', 'images', 'n_images'] as const),
  ...(['n_baseline', 'baseline_top1', 'baseline_top1_se'] as const),
  ...(['n_variant', 'variant_top1', 'variant_top1_se'] as const),
] as const;

/** The columns of `evalPIEs` that {@link pieAccuracyFigure} reads. */
export type PIEAccuracyFigureRow = Pick<PIEAccuracyRow, (typeof COLUMNS)[number]>;

/**
 * Top-1 accuracy of baseline and variant on PIEs, on as many random images, and on the test set
 * without PIEs, per variant: the paper's figure of the three, with a line over two standard errors, over
 * models and images, to each side.
 *
 * @param table the table of `evalPIEs`
 * @throws TableError for a table of another kind
 */
export function pieAccuracyFigure(table: Table<PIEAccuracyFigureRow>): Figure {
  const rows = rowsOf('pieAccuracyFigure', pieAccuracyTable, table, COLUMNS);
  const ordered = byVariant(rows).flatMap(([, ofVariant]) =>
    SETS.flatMap(({ images }) => ofVariant.filter((row) => row.images === images)),
  );
  const labels = [
    ordered.map((row) => row.variant),
    ordered.map((row) => SETS.find(({ images }) => images === row.images)!.name),
  ];
  const nameOf = (kind: Kind) => (kind === 'baseline' ? baselineName(rows) : 'the variant');
  const data = MODELS.map(
    ({ kind, color }): Data => ({
      type: 'bar',
      name: nameOf(kind),
      // Two rows of labels, which plotly's types do not know.
      x: labels as unknown as string[],
      y: ordered.map((row) => percent(row[`${kind}_top1`])),
      error_y: {
        type: 'data',
        array: ordered.map((row) => drawable(percent(2 * row[`${kind}_top1_se`]))),
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
  return figure(data, {
    ...baseLayout(
      'Top-1 accuracy on PIEs and on other images',
      `N = ${modelCount(rows)}, ${range(pies)} PIEs; lines: two standard errors over models and images`,
    ),
    height: 420,
    margin: { t: 104, r: 16, b: 72, l: 72 },
    bargap: 0.25,
    xaxis: { type: 'multicategory', tickangle: 0, tickfont: { size: 11 } },
    yaxis: { title: { text: 'Top-1 accuracy (%)' }, gridcolor: '#eeeeee', rangemode: 'tozero' },
    legend: LEGEND_ABOVE,
  });
}
