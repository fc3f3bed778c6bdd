import type { Annotations, Data, LayoutAxis } from 'plotly.js';
import { type PerClassRow, perClassTable } from '../analysis/perClassTTest';
import { rowsOf, type Table } from '../tables/schema';
import { type Figure, figure } from './figure';
import { baseLayout, FIGURE_WIDTH, LEGEND_ABOVE, panelHeading, VALUE_AXIS } from './layout';
import { PALETTE } from './palette';
import { baselineName, byVariant, modelCount, percent } from './rows';

const COLUMNS = [
  ...(['variant', 'sparsity', 'baseline', 'class', 'n_baseline', 'n_variant'] as const),
  ...(['absolute_change', 'normalized_change', 'direction'] as const),
] as const;

/** The columns of `perClassTTest` that {@link classFigure} reads. */
export type ClassRow = Pick<PerClassRow, (typeof COLUMNS)[number] | 'class_name'>;

const KINDS = [
  { direction: 'hurt', name: 'hurt: lost more than top-1', color: PALETTE.hurt },
  { direction: 'helped', name: 'helped: lost less than top-1', color: PALETTE.helped },
  { direction: 'none', name: 'not significant', color: PALETTE.notSignificant },
] as const;

/** More names than this on an axis cannot be read; the interactive figure tells them on hover. */
const MAX_CLASS_NAMES = 40;
/** CSS pixels. */
const MARGIN = { t: 100, r: 16, b: 16, l: 72 };
const PANEL_HEIGHT = 160;
const PANEL_TITLE_HEIGHT = 28;
const AXIS_TITLE_HEIGHT = 24;
const CHARACTER_WIDTH = 7;

/**
 * The change of each class: per variant a panel with all classes sorted by the absolute change
 * of their recall (bars, coloured where the t-test over models finds that the class lost more than the
 * model, or less), and the normalized change, less that of top-1, on top (markers). The paper's figure of
 * all classes. Panels share their scale.
 *
 * @param table the table of `perClassTTest`, on the scale `share`
 * @throws TableError for a table of another kind
 */
export function classFigure(table: Table<ClassRow>): Figure {
  const rows = rowsOf('classFigure', perClassTable, table, COLUMNS);
  const variants = byVariant(rows);
  const classes = new Set(rows.map((row) => row.class)).size;
  const named = classes <= MAX_CLASS_NAMES;
  const nameWidth = CHARACTER_WIDTH * Math.max(0, ...rows.map((row) => className(row).length));
  const slanted = nameWidth > (FIGURE_WIDTH - MARGIN.l - MARGIN.r) / classes;
  const namesHeight = !named ? 8 : slanted ? 12 + nameWidth * Math.SQRT1_2 : 28;
  const step = PANEL_TITLE_HEIGHT + PANEL_HEIGHT + namesHeight;
  const inner = step * variants.length + AXIS_TITLE_HEIGHT;

  const explained = new Set<string>();
  const data: Data[] = [];
  const axes: Record<string, Partial<LayoutAxis>> = {};
  const annotations: Partial<Annotations>[] = [];
  variants.forEach(([variant, unsorted], panel) => {
    const sorted = unsorted.toSorted((a, b) => a.absolute_change - b.absolute_change);
    const suffix = panel === 0 ? '' : String(panel + 1);
    const top = 1 - (panel * step + PANEL_TITLE_HEIGHT) / inner;
    for (const trace of panelTraces(sorted, suffix)) {
      data.push({ ...trace, legendgroup: trace.name, showlegend: !explained.has(trace.name) });
      explained.add(trace.name);
    }
    axes[`xaxis${suffix}`] = {
      anchor: `y${suffix}` as 'y',
      type: 'category',
      categoryorder: 'array',
      categoryarray: sorted.map(className),
      showticklabels: named,
      tickangle: slanted ? -45 : 0,
      range: [-0.5, sorted.length - 0.5],
      ...(panel === variants.length - 1 && {
        title: { text: `Class, ordered by absolute change${named ? '' : ` (${classes})`}` },
      }),
    };
    axes[`yaxis${suffix}`] = {
      anchor: `x${suffix}` as 'x',
      domain: [top - PANEL_HEIGHT / inner, top],
      title: { text: 'Change in recall<br>(percentage points)' },
      ...(panel > 0 && { matches: 'y' }),
      ...VALUE_AXIS,
    };
    annotations.push({ ...panelHeading(panelTitle(variant, sorted), 0, top), xshift: 4 });
  });

  return figure(data, {
    ...baseLayout(
      'Change in recall per class',
      `N = ${modelCount(rows)}, ${classes} classes; significance: t-test over models`,
    ),
    ...axes,
    annotations,
    margin: MARGIN,
    height: MARGIN.t + inner + MARGIN.b,
    bargap: named ? 0.25 : 0,
    barmode: 'overlay',
    legend: { ...LEGEND_ABOVE, traceorder: 'normal' },
  });
}

function panelTraces(sorted: readonly ClassRow[], suffix: string) {
  const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
  const bars = KINDS.map(({ direction, name, color }, i) => {
    const rows = sorted.filter((row) => row.direction === direction);
    return {
      type: 'bar',
      name,
      legendrank: i,
      x: rows.map(className),
      y: rows.map((row) => percent(row.absolute_change)),
      marker: { color },
      hovertemplate: '%{x}: %{y:.2f} points<extra>absolute</extra>',
      ...axes,
    } as const;
  });
  const few = sorted.length <= MAX_CLASS_NAMES;
  const markers = {
    type: 'scatter',
    mode: 'markers',
    name: 'normalized change',
    legendrank: KINDS.length,
    x: sorted.map(className),
    y: sorted.map((row) => percent(row.normalized_change)),
    marker: few
      ? { symbol: 'diamond', size: 8, color: PALETTE.ink, line: { color: 'white', width: 1 } }
      : { symbol: 'circle', size: 2, color: PALETTE.ink },
    hovertemplate: '%{x}: %{y:.2f} points<extra>normalized</extra>',
    ...axes,
  } as const;
  return [...bars.filter(({ x }) => x.length > 0), markers];
}

function panelTitle(variant: string, rows: readonly ClassRow[]): string {
  const count = (direction: string) => rows.filter((row) => row.direction === direction).length;
  const [hurt, helped] = [count('hurt'), count('helped')];
  return (
    `<b>${variant} against ${baselineName(rows)}</b>: ${hurt + helped} of ${rows.length} classes ` +
    `significant (${hurt} hurt, ${helped} helped)`
  );
}

function className(row: ClassRow): string {
  return row.class_name ?? `class ${row.class}`;
}
