import type { Annotations, Data, LayoutAxis } from 'plotly.js';
import type { PerClassRow } from '../analysis/perClassTTest';
import type { Figure } from './figure';
import { baseLayout, FIGURE_WIDTH } from './layout';
import { PALETTE } from './palette';
import { bySparsity, percent, range, rowsOf, sparsityName, type Table } from './rows';

/** What {@link classFigure} reads of a row of `perClassTTest`. */
export type ClassRow = Pick<
  PerClassRow,
  | 'class'
  | 'sparsity'
  | 'n_dense'
  | 'n_pruned'
  | 'absolute_change'
  | 'normalized_change'
  | 'direction'
> & { readonly class_name?: string | null };

const KINDS = [
  { direction: 'hurt', name: 'hurt: lost more than the model', color: PALETTE.hurt },
  { direction: 'helped', name: 'helped: lost less, or gained', color: PALETTE.helped },
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
 * Which classes pruning moves: per sparsity a panel with all classes sorted by the absolute change
 * of their recall (bars, coloured where Welch's test finds that the class moved more or less than
 * the model), and the normalized change on top (markers). The paper's figure of all classes. Panels share their scale.
 *
 * @param table what `perClassTTest` gives
 */
export function classFigure(table: Table<ClassRow>): Figure {
  const rows = rowsOf(table);
  const levels = bySparsity(rows);
  const classes = new Set(rows.map((row) => row.class)).size;
  const named = classes <= MAX_CLASS_NAMES;
  const nameWidth = CHARACTER_WIDTH * Math.max(0, ...rows.map((row) => className(row).length));
  const slanted = nameWidth > (FIGURE_WIDTH - MARGIN.l - MARGIN.r) / classes;
  const namesHeight = !named ? 8 : slanted ? 12 + nameWidth * Math.SQRT1_2 : 28;
  const step = PANEL_TITLE_HEIGHT + PANEL_HEIGHT + namesHeight;
  const inner = step * levels.length + AXIS_TITLE_HEIGHT;

  const explained = new Set<string>();
  const data: Data[] = [];
  const axes: Record<string, Partial<LayoutAxis>> = {};
  const annotations: Partial<Annotations>[] = [];
  levels.forEach(([sparsity, unsorted], panel) => {
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
      ...(panel === levels.length - 1 && {
        title: { text: `Class, ordered by absolute change${named ? '' : ` (${classes})`}` },
      }),
    };
    axes[`yaxis${suffix}`] = {
      anchor: `x${suffix}` as 'x',
      domain: [top - PANEL_HEIGHT / inner, top],
      title: { text: 'Change in recall<br>(percentage points)' },
      ...(panel > 0 && { matches: 'y' }),
      zerolinecolor: PALETTE.muted,
      gridcolor: '#eeeeee',
    };
    annotations.push({
      text: panelTitle(sparsity, sorted),
      x: 0,
      y: top,
      xref: 'paper',
      yref: 'paper',
      xanchor: 'left',
      yanchor: 'bottom',
      xshift: 4,
      showarrow: false,
      font: { size: 13 },
    });
  });

  const models = `${range(rows.map((row) => row.n_dense))} dense and ${range(rows.map((row) => row.n_pruned))} pruned models per sparsity`;
  return {
    data,
    layout: {
      ...baseLayout('Change in recall per class', `N = ${models}, ${classes} classes`),
      ...axes,
      annotations,
      margin: MARGIN,
      height: MARGIN.t + inner + MARGIN.b,
      bargap: named ? 0.25 : 0,
      barmode: 'overlay',
      legend: {
        orientation: 'h',
        x: 0,
        xanchor: 'left',
        y: 1,
        yanchor: 'bottom',
        traceorder: 'normal',
      },
    },
  };
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

function panelTitle(sparsity: number, rows: readonly ClassRow[]): string {
  const count = (direction: string) => rows.filter((row) => row.direction === direction).length;
  const [hurt, helped] = [count('hurt'), count('helped')];
  return (
    `<b>${sparsityName(sparsity)} sparsity</b>: ${hurt + helped} of ${rows.length} classes ` +
    `significant (${hurt} hurt, ${helped} helped)`
  );
}

function className(row: ClassRow): string {
  return row.class_name ?? `class ${row.class}`;
}
