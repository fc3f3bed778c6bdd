import type { Data } from 'plotly.js';
import { CLEAN, type RobustnessRow } from '../analysis/robustnessRows';
import { OptionError } from '../errors';
import type { Figure } from './figure';
import { baseLayout } from './layout';
import { levelColors, PALETTE } from './palette';
import { percent, range, rowsOf, sparsityName, type Table } from './rows';

/** What {@link naturalAdversarialFigure} reads of a row of `evalRobustness` or `evalHardest`. */
export type NaturalAdversarialRow = Pick<
  RobustnessRow,
  | 'sparsity'
  | 'corruption'
  | 'severity'
  | 'n_models'
  | 'n_images'
  | 'top1_relative'
  | 'top5_relative'
>;

const PANELS = [
  { column: 'top1_relative', title: 'Top-1 accuracy' },
  { column: 'top5_relative', title: 'Top-5 accuracy' },
] as const;

/**
 * What sets of images that are hard by nature cost pruned models, beside clean images: the change of
 * top-1 and of top-5 against the dense models, per sparsity. The paper's figure of ImageNet-A.
 *
 * @param table what `evalRobustness` gives for sets without a severity such as `imagenet-a`, or what
 *   `evalHardest` gives
 */
export function naturalAdversarialFigure(table: Table<NaturalAdversarialRow>): Figure {
  const rows = rowsOf(table).filter((row) => row.severity === 0);
  const sets = [...new Set(rows.map((row) => row.corruption))];
  if (!sets.some((name) => name !== CLEAN))
    throw new OptionError(
      `naturalAdversarialFigure: the table has no set without a severity besides '${CLEAN}'; pass ` +
        'what evalRobustness gives for imagenet-a, or what evalHardest gives.',
    );
  const hard = sets.filter((name) => name !== CLEAN);
  const colors = levelColors(hard.length);
  const data = PANELS.flatMap(({ column }, panel) =>
    sets.map((name): Data => {
      // The dense level is what the others are compared with.
      const ofSet = rows
        .filter((row) => row.corruption === name && row.sparsity > 0)
        .sort((a, b) => a.sparsity - b.sparsity);
      return {
        type: 'bar',
        name,
        legendgroup: name,
        showlegend: panel === 0,
        x: ofSet.map((row) => sparsityName(row.sparsity)),
        y: ofSet.map((row) => percent(row[column])),
        marker: { color: name === CLEAN ? PALETTE.reference : colors[hard.indexOf(name)]! },
        hovertemplate: '%{x}: %{y:.2f}%<extra>%{fullData.name}</extra>',
        ...(panel === 1 && { xaxis: 'x2', yaxis: 'y2' }),
      };
    }),
  );
  const images = sets.map((name) => {
    const { n_images } = rows.find((row) => row.corruption === name)!;
    return `${n_images} ${name}`;
  });
  const axis = { gridcolor: '#eeeeee', zerolinecolor: PALETTE.muted };
  const sparsity = { title: { text: 'Sparsity' }, type: 'category' as const };
  return {
    data,
    layout: {
      ...baseLayout(
        'What naturally hard images cost pruned models',
        `N = ${range(rows.map((row) => row.n_models))} models per sparsity; images: ${images.join(', ')}`,
      ),
      height: 400,
      margin: { t: 120, r: 16, b: 56, l: 72 },
      bargap: 0.3,
      xaxis: { ...sparsity, domain: [0, 0.46] },
      xaxis2: { ...sparsity, domain: [0.54, 1], anchor: 'y2' },
      yaxis: { ...axis, title: { text: 'Change (% of the dense models’ accuracy)' } },
      yaxis2: { ...axis, anchor: 'x2', matches: 'y' },
      annotations: PANELS.map(({ title }, panel) => ({
        text: `<b>${title}</b>`,
        x: panel === 0 ? 0 : 0.54,
        y: 1,
        xref: 'paper',
        yref: 'paper',
        xanchor: 'left',
        yanchor: 'bottom',
        showarrow: false,
        font: { size: 13 },
      })),
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.1, yanchor: 'bottom' },
    },
  };
}
