import type { Data } from 'plotly.js';
import { type Figure, figure } from './figure';
import { baseLayout, LEGEND_ABOVE, VALUE_AXIS } from './layout';
import { variantColors } from './palette';
import { rounded, spaced } from './rows';

/** A value with the line that is drawn through it. */
export interface Dot {
  readonly value: number;
  readonly from: number;
  readonly to: number;
  /** Only the rim is drawn. */
  readonly hollow?: boolean;
}

/** The contents of a figure of {@link dotRows}. */
export interface DotRows {
  readonly title: string;
  readonly subtitle: string;
  /** Title of the value axis, with its unit. */
  readonly axis: string;
  /** Names of the rows, the first on top. */
  readonly rows: readonly string[];
  /** Per variant the dots of the rows that have one. */
  readonly variants: readonly (readonly [variant: string, dots: ReadonlyMap<string, Dot>])[];
  /** CSS pixels; a thick line is seen as a range, a thin one as an error. */
  readonly lineWidth: number;
}

/** CSS pixels. */
const DOT = 8;
const MARGIN = { t: 104, r: 16, b: 56, l: 150 };

/** A row per name, and in it a dot per variant below each other. */
export function dotRows(options: DotRows): Figure {
  const { title, subtitle, axis, rows, variants } = options;
  const rowHeight = DOT * (variants.length + 1.5);
  return figure([...dotTraces(options), ...legendTraces(variants)], {
    ...baseLayout(title, subtitle, 'container'),
    height: MARGIN.t + rowHeight * rows.length + MARGIN.b,
    margin: MARGIN,
    xaxis: { title: { text: axis }, ...VALUE_AXIS },
    yaxis: {
      tickvals: rows.map((_, row) => rows.length - 1 - row),
      ticktext: rows.map(spaced),
      range: [-0.6, rows.length - 0.4],
      gridcolor: '#eeeeee',
      zeroline: false,
    },
    legend: LEGEND_ABOVE,
  });
}

function dotTraces({ rows, variants, lineWidth }: DotRows): Data[] {
  const colors = variantColors(variants.length);
  const place = (row: number, variant: number) =>
    rounded(rows.length - 1 - row + ((variants.length - 1) / 2 - variant) / (variants.length + 1));
  return variants.map(([variant, dots], i): Data => {
    const drawn = rows.flatMap((name, row) => {
      const dot = dots.get(name);
      return dot ? [{ ...dot, name, y: place(row, i) }] : [];
    });
    const color = colors[i]!;
    return {
      ...traceOf(variant),
      showlegend: false,
      x: drawn.map((dot) => rounded(dot.value)),
      y: drawn.map((dot) => dot.y),
      text: drawn.map((dot) => spaced(dot.name)),
      error_x: {
        type: 'data',
        symmetric: false,
        array: drawn.map((dot) => rounded(dot.to - dot.value)),
        arrayminus: drawn.map((dot) => rounded(dot.value - dot.from)),
        color,
        thickness: lineWidth,
        width: 0,
      },
      marker: {
        color: drawn.map((dot) => (dot.hollow ? 'white' : color)),
        size: DOT,
        line: { color, width: 1.5 },
      },
      hovertemplate: '%{text}: %{x:.2f}<extra>%{fullData.name}</extra>',
    };
  });
}

/** A legend shows the first dot of a trace, which may be hollow; so it has traces of its own. */
function legendTraces(variants: DotRows['variants']): Data[] {
  const colors = variantColors(variants.length);
  return variants.map(
    ([variant], i): Data => ({
      ...traceOf(variant),
      x: [null],
      y: [null],
      marker: { color: colors[i]!, size: DOT },
    }),
  );
}

function traceOf(name: string) {
  return { type: 'scatter', mode: 'markers', name, legendgroup: name } as const;
}
