import type { Data } from 'plotly.js';
import { type Figure, figure } from './figure';
import { baseLayout, LEGEND_ABOVE, VALUE_AXIS } from './layout';
import { variantColors } from './palette';
import { drawable, rounded, spaced } from './rows';

/** A value of a row. */
export interface Dot {
  readonly value: number;
  /** Half the line through it, which always stands for an error. */
  readonly error?: number;
  /** The values whose mean it is, as small dots. */
  readonly parts?: readonly number[];
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
}

/** CSS pixels. */
const DOT = 8;
const PART = 3;
const MARGIN = { t: 104, r: 16, b: 56, l: 150 };

/** A row per name, and in it a dot per variant below each other. */
export function dotRows(options: DotRows): Figure {
  const { title, subtitle, axis, rows, variants } = options;
  const rowHeight = DOT * (variants.length + 1.5);
  return figure([...partTraces(options), ...dotTraces(options), ...legendTraces(variants)], {
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

/** The dots of a variant, each with its place on the vertical axis. */
function placed({ rows, variants }: DotRows, variant: number) {
  const below = ((variants.length - 1) / 2 - variant) / (variants.length + 1);
  return rows.flatMap((name, row) => {
    const dot = variants[variant]![1].get(name);
    return dot ? [{ ...dot, name, y: rounded(rows.length - 1 - row + below) }] : [];
  });
}

function dotTraces(options: DotRows): Data[] {
  const colors = variantColors(options.variants.length);
  return options.variants.map(([variant], i): Data => {
    const drawn = placed(options, i);
    const color = colors[i]!;
    return {
      ...traceOf(variant),
      showlegend: false,
      x: drawn.map((dot) => rounded(dot.value)),
      y: drawn.map((dot) => dot.y),
      text: drawn.map((dot) => spaced(dot.name)),
      error_x: {
        type: 'data',
        array: drawn.map((dot) => drawable(dot.error ?? Number.NaN)),
        ...{ color, thickness: 1.5, width: 0 },
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

/** Small dots, a trace per variant that has any. */
function partTraces(options: DotRows): Data[] {
  const colors = variantColors(options.variants.length);
  return options.variants.flatMap(([variant], i): Data[] => {
    const drawn = placed(options, i).flatMap(({ parts = [], name, y }) =>
      parts.map((value) => ({ value, name, y })),
    );
    if (drawn.length === 0) return [];
    return [
      {
        ...traceOf(variant),
        showlegend: false,
        x: drawn.map((dot) => rounded(dot.value)),
        y: drawn.map((dot) => dot.y),
        text: drawn.map((dot) => spaced(dot.name)),
        marker: { color: colors[i]!, size: PART },
        hovertemplate: '%{text}: %{x:.2f}<extra>%{fullData.name}, one severity</extra>',
      },
    ];
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
