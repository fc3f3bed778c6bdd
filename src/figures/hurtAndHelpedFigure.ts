import type { Data } from 'plotly.js';
import type { LevelRow } from '../analysis/summarizeLevels';
import type { Figure } from './figure';
import { baseLayout } from './layout';
import { PALETTE } from './palette';
import { drawable, range, rowsOf, sparsityName, type Table } from './rows';

const COLUMNS = ['n_hurt', 'n_helped', 'hurt_mean_change', 'helped_mean_change'] as const;

/** What {@link hurtAndHelpedFigure} reads of a row of `summarizeLevels`. */
export type HurtAndHelpedRow = Pick<
  LevelRow,
  'sparsity' | 'n_models' | (typeof COLUMNS)[number]
> & {
  /** Standard errors, as `bootstrapModels` adds them. */
  readonly [Name in `${(typeof COLUMNS)[number]}_se`]?: number;
};

const KINDS = [
  { kind: 'hurt', name: 'significantly hurt', color: PALETTE.hurt },
  { kind: 'helped', name: 'significantly helped', color: PALETTE.helped },
] as const;

const PANELS = [
  { column: (kind: Kind) => `n_${kind}` as const, scale: 1, domain: [0, 0.46] },
  { column: (kind: Kind) => `${kind}_mean_change` as const, scale: 100, domain: [0.56, 1] },
] as const;

type Kind = (typeof KINDS)[number]['kind'];

/**
 * How many classes pruning hurts and how many it helps, per sparsity, and by how much on average:
 * the paper's figure of both. With the standard errors that `bootstrapModels` adds, a line over two
 * of them to each side.
 *
 * @param table what `summarizeLevels` gives, or `bootstrapModels` of it; dense models are left out
 */
export function hurtAndHelpedFigure(table: Table<HurtAndHelpedRow>): Figure {
  const rows = rowsOf(table)
    .filter((row) => row.sparsity > 0)
    .toSorted((a, b) => a.sparsity - b.sparsity);
  const withErrors = rows.some((row) => row.n_hurt_se !== undefined);
  const data = PANELS.flatMap(({ column, scale }, panel) =>
    KINDS.map(({ kind, name, color }): Data => {
      const values = rows.map((row) => row[column(kind)]);
      const lines = rows.map((row) => 2 * (row[`${column(kind)}_se`] ?? Number.NaN));
      return {
        type: 'bar',
        name,
        legendgroup: kind,
        showlegend: panel === 0,
        x: rows.map((row) => sparsityName(row.sparsity)),
        y: values.map((value) => drawable(value * scale)),
        marker: { color },
        ...(withErrors && {
          error_y: {
            type: 'data',
            symmetric: false,
            array: lines.map((line) => drawable(line * scale)),
            // There is no number of classes below 0.
            arrayminus: lines.map((line, i) =>
              drawable((panel === 0 ? Math.min(line, values[i]!) : line) * scale),
            ),
            color: PALETTE.ink,
            thickness: 1.5,
          },
        }),
        hovertemplate: '%{x}: %{y:.2f}<extra>%{fullData.name}</extra>',
        ...(panel === 1 && { xaxis: 'x2', yaxis: 'y2' }),
      };
    }),
  );
  const sparsity = { title: { text: 'Sparsity' }, type: 'category' as const };
  const axis = { gridcolor: '#eeeeee', zerolinecolor: PALETTE.muted };
  return {
    data,
    layout: {
      ...baseLayout(
        'Classes that pruning hurts and helps',
        `N = ${range(rows.map((row) => row.n_models))} models per sparsity` +
          (withErrors ? '; lines: two bootstrap standard errors over models' : ''),
      ),
      height: 400,
      margin: { t: 104, r: 16, b: 56, l: 72 },
      bargap: 0.3,
      xaxis: { ...sparsity, domain: [...PANELS[0].domain] },
      xaxis2: { ...sparsity, domain: [...PANELS[1].domain], anchor: 'y2' },
      yaxis: { ...axis, title: { text: 'Classes' }, rangemode: 'tozero' },
      yaxis2: {
        ...axis,
        anchor: 'x2',
        title: { text: 'Mean normalized change in recall<br>(percentage points)' },
      },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
    },
  };
}
