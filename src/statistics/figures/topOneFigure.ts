import type { Data } from 'plotly.js';
import { mean } from 'simple-statistics';
import { type ModelAccuracyRow, modelAccuracyTable } from '../analysis/modelAccuracy';
import { rowsOf, type Table } from '../tables/schema';
import { type Figure, figure } from './figure';
import { baseLayout, variantAxis } from './layout';
import { PALETTE } from './palette';
import { byVariant, percent, range } from './rows';

const COLUMNS = ['variant', 'sparsity', 'top1'] as const;

/** The columns of `modelAccuracy` that {@link topOneFigure} reads. */
export type TopOneRow = Pick<ModelAccuracyRow, (typeof COLUMNS)[number]>;

/** Quartiles of fewer models say nothing that their dots do not. */
const MODELS_FOR_A_BOX = 10;
const NO_BOX = { fillcolor: 'rgba(0,0,0,0)', line: { width: 0 }, jitter: 0.15 } as const;
const BOX = {
  ...{ fillcolor: '#dddddd', line: { color: PALETTE.muted, width: 1.5 } },
  jitter: 0.5,
} as const;
/** CSS pixels. */
const MEAN_WIDTH = 56;

/**
 * The spread of top-1 accuracy over the models of each variant: every model a dot, a line at their mean,
 * and from ten models on a box over the quartiles.
 *
 * @param table the table of `modelAccuracy`: one row per model
 * @throws TableError for a table of another kind
 */
export function topOneFigure(table: Table<TopOneRow>): Figure {
  const variants = byVariant(rowsOf('topOneFigure', modelAccuracyTable, table, COLUMNS));
  const models = variants.map(
    ([variant, ofVariant]): Data => ({
      type: 'box',
      name: variant,
      y: ofVariant.map((model) => percent(model.top1)),
      ...{ boxpoints: 'all', pointpos: 0, width: 0.5 },
      ...(hasBox(ofVariant) ? BOX : NO_BOX),
      marker: { color: PALETTE.muted, size: 6, opacity: 0.8 },
      hovertemplate: '%{y:.2f}%<extra></extra>',
    }),
  );
  const means: Data = {
    type: 'scatter',
    mode: 'markers',
    x: variants.map(([variant]) => variant),
    y: variants.map(([, ofVariant]) => percent(mean(ofVariant.map((model) => model.top1)))),
    marker: {
      symbol: 'line-ew-open',
      ...{ size: MEAN_WIDTH, color: PALETTE.ink, line: { width: 2 } },
    },
    hovertemplate: '%{y:.2f}%<extra>mean</extra>',
  };
  const counts = variants.map(([, ofVariant]) => ofVariant.length);
  return figure([...models, means], {
    ...baseLayout(
      'Top-1 accuracy over the population',
      `N = ${range(counts)} models of each variant; lines: means` +
        (variants.some(([, ofVariant]) => hasBox(ofVariant)) ? '; boxes: quartiles' : ''),
    ),
    height: 396,
    margin: { t: 80, r: 16, b: 72, l: 72 },
    showlegend: false,
    xaxis: variantAxis(variants.map(([variant]) => variant)),
    yaxis: { title: { text: 'Top-1 accuracy (%)' }, gridcolor: '#eeeeee' },
  });
}

function hasBox(models: readonly TopOneRow[]): boolean {
  return models.length >= MODELS_FOR_A_BOX;
}
