import type { Data } from 'plotly.js';
import { type Figure, figure } from './figure';
import { baseLayout, LEGEND_ABOVE, VALUE_AXIS } from './layout';
import { variantColors } from './palette';
import { rounded, spaced } from './rows';

/** A value with what is drawn as a line through it. */
export interface Dot {
  readonly value: number;
  readonly from: number;
  readonly to: number;
  /** Only the rim is drawn. */
  readonly hollow?: boolean;
}

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
export function dotRows({ title, subtitle, axis, rows, variants, lineWidth }: DotRows): Figure {
  const rowHeight = DOT * (variants.length + 1.5);
  const colors = variantColors(variants.length);
  const place = (row: number, variant: number) =>
    rounded(rows.length - 1 - row + ((variants.length - 1) / 2 - variant) / (variants.length + 1));
  const traceOf = (name: string) =>
    ({ type: 'scatter', mode: 'markers', name, legendgroup: name }) as const;
  const data = variants.map(([variant, dots], i): Data => {
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
  // A legend shows a trace's first dot, which may be hollow; so it has traces of its own.
  const legend = variants.map(
    ([variant], i): Data => ({
      ...traceOf(variant),
      x: [null],
      y: [null],
      marker: { color: colors[i]!, size: DOT },
    }),
  );
  return figure([...data, ...legend], {
    ...baseLayout(title, subtitle),
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
