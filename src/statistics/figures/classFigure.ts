import type { Annotations, Data, LayoutAxis } from 'plotly.js';
import { type PerClassRow, perClassTable } from '../analysis/perClassTTest';
import { rowsOf, type Table } from '../tables/schema';
import { type Figure, figure } from './figure';
import { baseLayout, LEGEND_ABOVE, panelHeading, VALUE_AXIS, worseToBetter } from './layout';
import { PALETTE } from './palette';
import { type PanelGrid, panelGrid } from './panelGrid';
import { baselineName, byVariant, drawable, modelCount, percent } from './rows';

const COLUMNS = [
  ...(['variant', 'sparsity', 'baseline', 'class', 'n_baseline', 'n_variant'] as const),
  ...(['absolute_change', 'normalized_change', 'statistic', 'direction'] as const),
] as const;

/** The columns of `perClassTTest` that {@link classFigure} reads. */
export type ClassRow = Pick<PerClassRow, (typeof COLUMNS)[number] | 'class_name'>;

const KINDS = [
  { direction: 'hurt', name: 'hurt', color: PALETTE.hurt },
  { direction: 'helped', name: 'helped', color: PALETTE.helped },
  { direction: 'none', name: 'not significant', color: PALETTE.muted },
] as const;

/** More names than this on an axis cannot be read; the interactive figure tells them on hover. */
const MAX_CLASS_NAMES = 40;
/** Panels whose scales differ by more than this have one each. */
const SHARED_SCALE = 2;
/** CSS pixels. */
const ROW = 18;
const UNNAMED_ROWS = 400;
const MIN_PANEL = 116;
const CHARACTER = 7;

/**
 * The change of each class: a panel per variant and a row per class, in one order for all panels, those
 * that the last variant hurts most on top. A dot is the change of recall less that of top-1, coloured
 * where the t-test over models finds that the class lost more than the model, or less, with a line over two
 * standard errors over models to each side. The bar behind it is the change of recall itself. The paper's
 * figure of all classes. Panels have a scale each where their changes differ more than twofold.
 *
 * @param table the table of `perClassTTest`, on the scale `share`
 * @throws TableError for a table of another kind
 */
export function classFigure(table: Table<ClassRow>): Figure {
  const rows = rowsOf('classFigure', perClassTable, table, COLUMNS);
  const variants = byVariant(rows);
  const order = classOrder(variants.at(-1)?.[1] ?? [], rows);
  const isNamed = order.length <= MAX_CLASS_NAMES;
  const names = new Map(rows.map((row) => [row.class, className(row)]));
  const labels = isNamed ? order.map((id) => names.get(id)!) : [];
  const headings = variants.map(([variant, ofVariant]) => [variant, counts(ofVariant)] as const);
  const grid = panelGrid(variants.length, {
    names: isNamed ? widthOf(labels) : 0,
    minWidth: Math.max(MIN_PANEL, widthOf(headings.flat())),
    height: isNamed ? ROW * order.length : UNNAMED_ROWS,
  });
  const isShared = hasOneScale(variants);
  const place = new Map(order.map((id, i) => [id, order.length - 1 - i]));
  const explained = new Set<string>();
  const data = variants.flatMap(([, ofVariant], panel) => {
    const { suffix } = grid.panels[panel]!;
    return traces(ofVariant, (row) => place.get(row.class)!, isNamed).map((trace): Data => {
      const showlegend = !explained.has(trace.name);
      explained.add(trace.name);
      const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
      return { ...trace, ...axes, legendgroup: trace.name, showlegend };
    });
  });
  return figure(data, {
    ...baseLayout(
      `Change in recall per class against ${baselineName(rows)}`,
      `N = ${modelCount(rows)}, ${order.length} classes; lines: two standard errors over models`,
      'container',
    ),
    ...panelAxes(grid, labels, order.length, isShared),
    annotations: [
      ...grid.panels.map(({ x, y }, i) =>
        panelHeading(`<b>${headings[i]![0]}</b><br>${headings[i]![1]}`, x[0], y[1]),
      ),
      valueTitle(worseToBetter(`percentage points${isShared ? '' : ', a scale per panel'}`)),
    ],
    margin: grid.margin,
    height: grid.figureHeight,
    bargap: 0,
    barmode: 'overlay',
    legend: {
      ...LEGEND_ABOVE,
      ...{ title: { text: 'Change less that of top-1: ', font: { size: 12 }, side: 'left' } },
      ...{ traceorder: 'normal', itemsizing: 'constant' },
    },
  });
}

/** The classes by what the last variant does to them; those that it lacks come last. */
function classOrder(last: readonly ClassRow[], rows: readonly ClassRow[]): number[] {
  const change = new Map(last.map((row) => [row.class, row.normalized_change]));
  const of = (id: number) => change.get(id) ?? Number.POSITIVE_INFINITY;
  const classes = [...new Set(rows.map((row) => row.class))];
  return classes.sort((a, b) => of(a) - of(b) || a - b);
}

function traces(rows: readonly ClassRow[], place: (row: ClassRow) => number, isNamed: boolean) {
  const bars = {
    type: 'bar',
    orientation: 'h',
    name: 'bars: change in recall',
    legendrank: KINDS.length,
    x: rows.map((row) => percent(row.absolute_change)),
    y: rows.map(place),
    width: isNamed ? 0.7 : 1,
    text: rows.map(className),
    textposition: 'none',
    marker: { color: PALETTE.ground, line: { width: 0 } },
    hovertemplate: '%{text}: %{x:.2f} points<extra>recall</extra>',
  } as const;
  const dots = KINDS.map(({ direction, name, color }, i) => {
    const ofKind = rows.filter((row) => row.direction === direction);
    return {
      type: 'scatter',
      mode: 'markers',
      name,
      legendrank: i,
      x: ofKind.map((row) => percent(row.normalized_change)),
      y: ofKind.map(place),
      text: ofKind.map(className),
      error_x: {
        type: 'data',
        array: ofKind.map((row) => drawable(200 * standardError(row))),
        ...{ color: isNamed ? color : `${color}33`, thickness: isNamed ? 1.5 : 0.5, width: 0 },
      },
      marker: { color, size: isNamed ? 7 : 3 },
      hovertemplate: '%{text}: %{x:.2f} points<extra>less top-1</extra>',
    } as const;
  });
  return [bars, ...dots.filter(({ x }) => x.length > 0)];
}

/** Of the normalized change; NaN where there is no test. */
function standardError({ normalized_change, statistic }: ClassRow): number {
  return Math.abs(normalized_change / statistic);
}

/** Lists per class and variant its place, the first on top, and per variant its value axis. */
function panelAxes(
  { panels }: PanelGrid,
  labels: readonly string[],
  count: number,
  isShared: boolean,
) {
  const axes: Record<string, Partial<LayoutAxis>> = {};
  for (const { suffix, x, y, isFirst } of panels) {
    const isLinked = suffix !== '';
    axes[`xaxis${suffix}`] = {
      ...VALUE_AXIS,
      ...{ anchor: `y${suffix}` as 'y', domain: [...x], nticks: 5 },
      ...(isLinked && isShared && { matches: 'x' as const }),
    };
    axes[`yaxis${suffix}`] = {
      ...{ anchor: `x${suffix}` as 'x', domain: [...y], range: [-0.6, count - 0.4] },
      ...(isLinked && { matches: 'y' as const }),
      ...{ tickvals: labels.map((_, i) => count - 1 - i), ticktext: [...labels] },
      ...{ showticklabels: isFirst, showgrid: false, zeroline: false },
    };
  }
  return axes;
}

/** One title for the value axes of all panels. */
function valueTitle(text: string): Partial<Annotations> {
  return {
    ...{ text, x: 0.5, y: 0, xref: 'paper', yref: 'paper', xanchor: 'center', yanchor: 'top' },
    ...{ showarrow: false, yshift: -4, font: { size: 13 } },
  };
}

/** Whether the panels' changes are alike enough to be read on one scale. */
function hasOneScale(variants: readonly (readonly [string, readonly ClassRow[]])[]): boolean {
  const extents = variants.map(([, rows]) =>
    Math.max(...rows.flatMap((row) => [row.absolute_change, row.normalized_change].map(Math.abs))),
  );
  return Math.max(...extents) <= SHARED_SCALE * Math.min(...extents);
}

function counts(rows: readonly ClassRow[]): string {
  const count = (direction: string) => rows.filter((row) => row.direction === direction).length;
  return `${count('hurt')} hurt, ${count('helped')} helped`;
}

function widthOf(lines: readonly string[]): number {
  return CHARACTER * Math.max(0, ...lines.map((line) => line.length));
}

function className(row: ClassRow): string {
  return row.class_name ?? `class ${row.class}`;
}
