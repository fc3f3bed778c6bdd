import type { Data } from 'plotly.js';
import type { Figure } from './figure';
import { baseLayout } from './layout';
import { levelColors, PALETTE } from './palette';
import { rounded, spaced, sparsityName } from './rows';

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
  /** Per sparsity the dots of the rows that have one. */
  readonly levels: readonly (readonly [sparsity: number, dots: ReadonlyMap<string, Dot>])[];
  /** CSS pixels; a thick line is seen as a range, a thin one as an error. */
  readonly lineWidth: number;
}

/** CSS pixels. */
const DOT = 8;
const MARGIN = { t: 104, r: 16, b: 56, l: 150 };

/** A row per name, and in it a dot per sparsity below each other. */
export function dotRows({ title, subtitle, axis, rows, levels, lineWidth }: DotRows): Figure {
  const rowHeight = DOT * (levels.length + 1.5);
  const colors = levelColors(levels.length);
  const place = (row: number, level: number) =>
    rounded(rows.length - 1 - row + ((levels.length - 1) / 2 - level) / (levels.length + 1));
  const traceOf = (sparsity: number) => {
    const name = `${sparsityName(sparsity)} sparsity`;
    return { type: 'scatter', mode: 'markers', name, legendgroup: name } as const;
  };
  const data = levels.map(([sparsity, dots], level): Data => {
    const drawn = rows.flatMap((name, row) => {
      const dot = dots.get(name);
      return dot ? [{ ...dot, name, y: place(row, level) }] : [];
    });
    const color = colors[level]!;
    return {
      ...traceOf(sparsity),
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
  const legend = levels.map(
    ([sparsity], level): Data => ({
      ...traceOf(sparsity),
      x: [null],
      y: [null],
      marker: { color: colors[level]!, size: DOT },
    }),
  );
  return {
    data: [...data, ...legend],
    layout: {
      ...baseLayout(title, subtitle),
      height: MARGIN.t + rowHeight * rows.length + MARGIN.b,
      margin: MARGIN,
      xaxis: { title: { text: axis }, gridcolor: '#eeeeee', zerolinecolor: PALETTE.muted },
      yaxis: {
        tickvals: rows.map((_, row) => rows.length - 1 - row),
        ticktext: rows.map(spaced),
        range: [-0.6, rows.length - 0.4],
        gridcolor: '#eeeeee',
        zeroline: false,
      },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
    },
  };
}
