import type { Data } from 'plotly.js';
import { type SummaryRow, summaryTable } from '../analysis/summarizeVariants';
import { rowsOf, type Table } from '../tables/schema';
import { type Figure, figure } from './figure';
import {
  baseLayout,
  LEGEND_ABOVE,
  panelHeading,
  VALUE_AXIS,
  variantAxis,
  worseToBetter,
} from './layout';
import { PALETTE } from './palette';
import { baselineName, byVariant, drawable, range } from './rows';

const COLUMNS = ['n_hurt', 'n_helped', 'hurt_mean_change', 'helped_mean_change'] as const;

/** The columns of `summarizeVariants` that {@link hurtAndHelpedFigure} reads. */
export type HurtAndHelpedRow = Pick<
  SummaryRow,
  'variant' | 'sparsity' | 'baseline' | 'n_models' | (typeof COLUMNS)[number]
> & {
  /** Standard errors, as `standardErrors` adds them. */
  readonly [Name in `${(typeof COLUMNS)[number]}_se`]?: number;
};

const KINDS = [
  { kind: 'hurt', name: 'hurt: lost significantly more than top-1', color: PALETTE.hurt },
  { kind: 'helped', name: 'helped: lost significantly less than top-1', color: PALETTE.helped },
] as const;

const PANELS = [
  {
    column: (kind: Kind) => `n_${kind}` as const,
    scale: 1,
    domain: [0, 0.46],
    title: 'Number of classes',
  },
  {
    column: (kind: Kind) => `${kind}_mean_change` as const,
    scale: 100,
    domain: [0.56, 1],
    title: 'Their mean change less that of top-1',
  },
] as const;

type Kind = (typeof KINDS)[number]['kind'];

/**
 * How many classes of each variant lost significantly more than the model (hurt), how many less (helped),
 * and the mean change of either less that of top-1: the paper's figure of both. With the errors that
 * `standardErrors` adds, a line over two of them to each side, over models and images.
 *
 * @param table the table of `summarizeVariants`, on the scale `share`, or `standardErrors` of it; the baseline is left out
 * @throws TableError for a table of another kind
 */
export function hurtAndHelpedFigure(table: Table<HurtAndHelpedRow>): Figure {
  const needed = ['variant', 'sparsity', 'baseline', 'n_models', ...COLUMNS] as const;
  const all = rowsOf('hurtAndHelpedFigure', summaryTable, table, needed);
  const rows = byVariant(all.filter((row) => row.variant !== row.baseline)).flatMap(
    ([, ofVariant]) => ofVariant as readonly HurtAndHelpedRow[],
  );
  const withErrors = rows.some((row) => row.n_hurt_se !== undefined);
  const data = PANELS.flatMap((panel) =>
    KINDS.map((kind): Data => bars(rows, panel, kind, withErrors)),
  );
  const axis = variantAxis(rows.map((row) => row.variant));
  return figure(data, {
    ...baseLayout(
      `Classes hurt and helped against ${baselineName(rows)}`,
      `N = ${range(rows.map((row) => row.n_models))} models of each variant` +
        (withErrors
          ? '; lines: two standard errors over models and images'
          : '; significance: t-test over models'),
    ),
    height: 436,
    margin: { t: 124, r: 16, b: 72, l: 72 },
    bargap: 0.3,
    xaxis: { ...axis, domain: [...PANELS[0].domain] },
    xaxis2: { ...axis, domain: [...PANELS[1].domain], anchor: 'y2' },
    yaxis: { ...VALUE_AXIS, title: { text: 'Classes' }, rangemode: 'tozero' },
    yaxis2: {
      ...VALUE_AXIS,
      anchor: 'x2',
      title: { text: worseToBetter('percentage points') },
    },
    annotations: PANELS.map(({ title, domain }) => panelHeading(`<b>${title}</b>`, domain[0], 1)),
    legend: { ...LEGEND_ABOVE, y: 1.1 },
  });
}

/** The bars of one kind in one panel. */
function bars(
  rows: readonly HurtAndHelpedRow[],
  panel: (typeof PANELS)[number],
  { kind, name, color }: (typeof KINDS)[number],
  withErrors: boolean,
): Data {
  const { column, scale } = panel;
  const isCount = panel === PANELS[0];
  const values = rows.map((row) => row[column(kind)]);
  // Where no class is hurt there is no bar, and a line would stand for itself.
  const lines = rows.map((row) =>
    row[`n_${kind}`] > 0 ? 2 * (row[`${column(kind)}_se`] ?? Number.NaN) : Number.NaN,
  );
  return {
    type: 'bar',
    name,
    legendgroup: kind,
    showlegend: isCount,
    x: rows.map((row) => row.variant),
    y: values.map((value) => drawable(value * scale)),
    marker: { color },
    ...(withErrors && {
      error_y: {
        type: 'data',
        symmetric: false,
        array: lines.map((line) => drawable(line * scale)),
        // A number of classes is never below 0.
        arrayminus: lines.map((line, i) =>
          drawable((isCount ? Math.min(line, values[i]!) : line) * scale),
        ),
        color: PALETTE.ink,
        thickness: 1.5,
      },
    }),
    hovertemplate: '%{x}: %{y:.2f}<extra>%{fullData.name}</extra>',
    ...(!isCount && { xaxis: 'x2', yaxis: 'y2' }),
  };
}
