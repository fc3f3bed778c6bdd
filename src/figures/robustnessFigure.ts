import type { Data } from 'plotly.js';
import { CLEAN, type RobustnessRow } from '../analysis/robustnessRows';
import { OptionError } from '../errors';
import type { Figure } from './figure';
import { baseLayout } from './layout';
import { levelColors, PALETTE } from './palette';
import { bySparsity, percent, range, rowsOf, spaced, sparsityName, type Table } from './rows';

/** What {@link robustnessFigure} reads of a row of `evalRobustness`. */
export type RobustnessFigureRow = Pick<
  RobustnessRow,
  | 'sparsity'
  | 'corruption'
  | 'severity'
  | 'n_models'
  | 'n_images'
  | 'top1_relative'
  | 'top1_excess'
  | 'top5_relative'
  | 'top5_excess'
>;

export interface RobustnessFigureOptions {
  /** Default `top1`. */
  readonly accuracy?: 'top1' | 'top5';
  /**
   * `relative`: the change against the dense models on the same images (default); `excess`: the same
   * less the change on clean images.
   */
  readonly change?: 'relative' | 'excess';
}

/** CSS pixels. */
const ROW_HEIGHT = 28;
const MARGIN = { t: 104, r: 16, b: 56, l: 150 };

/**
 * How much more each corruption costs pruned models than dense ones: a row per corruption, a dot per
 * sparsity at the mean over the severities, with a line from the least to the most of them. Clean
 * images come first, then the corruptions that cost most. Figure 9 of the paper.
 *
 * @param table what `evalRobustness` gives; sets without a severity are left out
 */
export function robustnessFigure(
  table: Table<RobustnessFigureRow>,
  options: RobustnessFigureOptions = {},
): Figure {
  const { accuracy = 'top1', change = 'relative' } = options;
  const column = `${accuracy}_${change}` as const;
  const rows = rowsOf(table).filter((row) => row.severity > 0 || row.corruption === CLEAN);
  if (!rows.some((row) => row.corruption !== CLEAN))
    throw new OptionError(
      'robustnessFigure: no row has a severity of 1–5; pass what evalRobustness gives for corrupted sets.',
    );
  const levels = bySparsity(rows).filter(([, ofLevel]) => ofLevel.some((row) => row[column] !== 0));
  const [, highest = []] = levels.at(-1) ?? [];
  const names = [...new Set(rows.map((row) => row.corruption))];
  const cost = new Map(names.map((name) => [name, meanOf(valuesOf(highest, name, column))]));
  // Rows are drawn from below.
  const order = names.sort((a, b) =>
    a === CLEAN ? 1 : b === CLEAN ? -1 : cost.get(b)! - cost.get(a)!,
  );
  const colors = levelColors(levels.length);
  const data = levels.map(([sparsity, ofLevel], i): Data => {
    const values = order.map((name) => valuesOf(ofLevel, name, column));
    const means = values.map(meanOf);
    return {
      type: 'scatter',
      mode: 'markers',
      name: `${sparsityName(sparsity)} sparsity`,
      x: means.map(percent),
      y: order.map(spaced),
      error_x: {
        type: 'data',
        symmetric: false,
        array: values.map((some, k) => percent(Math.max(...some) - means[k]!)),
        arrayminus: values.map((some, k) => percent(means[k]! - Math.min(...some))),
        color: colors[i]!,
        thickness: 1.5,
        width: 0,
      },
      marker: { color: colors[i]!, size: 9, line: { color: 'white', width: 1 } },
      hovertemplate: '%{y}: %{x:.2f}%<extra>%{fullData.name}</extra>',
    };
  });
  const severities = new Set(rows.map((row) => row.severity).filter((severity) => severity > 0));
  const count = (of: 'n_models' | 'n_images') => range(rows.map((row) => row[of]));
  const what = change === 'relative' ? '' : ', beyond what they lose on clean images';
  return {
    data,
    layout: {
      ...baseLayout(
        'What corruption costs pruned models',
        `N = ${count('n_models')} models per sparsity, ${count('n_images')} images; mean, least and ` +
          `most of ${severities.size} severities`,
      ),
      height: MARGIN.t + ROW_HEIGHT * order.length + MARGIN.b,
      margin: MARGIN,
      xaxis: {
        title: {
          text: `Change in ${accuracy === 'top1' ? 'top-1' : 'top-5'} accuracy against dense models${what} (%)`,
        },
        gridcolor: '#eeeeee',
        zerolinecolor: PALETTE.muted,
      },
      yaxis: { type: 'category', gridcolor: '#eeeeee', range: [-0.6, order.length - 0.4] },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
    },
  };
}

type Column = `${'top1' | 'top5'}_${'relative' | 'excess'}`;

function valuesOf(rows: readonly RobustnessFigureRow[], name: string, column: Column): number[] {
  return rows.filter((row) => row.corruption === name).map((row) => row[column]);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
