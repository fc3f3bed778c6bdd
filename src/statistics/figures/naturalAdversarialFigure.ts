import type { Data } from 'plotly.js';
import { CLEAN, type RobustnessRow, robustnessTable } from '../analysis/summarizeRobustness';
import { OptionError } from '../errors';
import { rowsOf, type Table } from '../tables/schema';
import { type Figure, figure } from './figure';
import {
  baseLayout,
  LEGEND_ABOVE,
  panelHeading,
  VALUE_AXIS,
  variantAxis,
  worseToBetter,
} from './layout';
import { PALETTE, variantColors } from './palette';
import { baselineName, byVariant, percent, range } from './rows';

const COLUMNS = [
  ...(['variant', 'sparsity', 'baseline', 'corruption', 'severity'] as const),
  ...(['n_models', 'n_images', 'top1_relative', 'top5_relative'] as const),
] as const;

/** The columns of `evalRobustness` or `evalHardest` that {@link naturalAdversarialFigure} reads. */
export type NaturalAdversarialRow = Pick<RobustnessRow, (typeof COLUMNS)[number]>;

const PANELS = [
  { column: 'top1_relative', title: 'Change in top-1 accuracy' },
  { column: 'top5_relative', title: 'Change in top-5 accuracy' },
] as const;

/**
 * The cost of naturally hard images to each variant, beside that of clean images: the change of top-1
 * and of top-5 against the baseline, means over models without errors. The paper's figure of ImageNet-A.
 *
 * @param table the table of `evalRobustness` with sets without a severity such as `imagenet-a`, or the table
 *   of `evalHardest`
 * @throws TableError for a table of another kind
 */
export function naturalAdversarialFigure(table: Table<NaturalAdversarialRow>): Figure {
  const rows = rowsOf('naturalAdversarialFigure', robustnessTable, table, COLUMNS).filter(
    (row) => row.severity === 0,
  );
  const sets = [...new Set(rows.map((row) => row.corruption))];
  if (!sets.some((name) => name !== CLEAN))
    throw new OptionError(
      `naturalAdversarialFigure: the table has no set without a severity besides '${CLEAN}'; pass ` +
        'the table of evalRobustness for imagenet-a, or that of evalHardest.',
    );
  const hard = sets.filter((name) => name !== CLEAN);
  const colors = variantColors(hard.length);
  const data = PANELS.flatMap(({ column }, panel) =>
    sets.map((name): Data => {
      const ofSet = byVariant(
        rows.filter((row) => row.corruption === name && row.variant !== row.baseline),
      ).flatMap(([, ofVariant]) => ofVariant);
      return {
        type: 'bar',
        name,
        legendgroup: name,
        showlegend: panel === 0,
        x: ofSet.map((row) => row.variant),
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
  const compared = byVariant(rows.filter((row) => row.variant !== row.baseline));
  const axis = variantAxis(compared.map(([variant]) => variant));
  return figure(data, {
    ...baseLayout(
      'Cost of naturally hard images to each variant',
      `N = ${range(rows.map((row) => row.n_models))} models of each variant (means); images: ${images.join(', ')}`,
    ),
    height: 416,
    margin: { t: 120, r: 16, b: 72, l: 72 },
    bargap: 0.3,
    xaxis: { ...axis, domain: [0, 0.46] },
    xaxis2: { ...axis, domain: [0.54, 1], anchor: 'y2' },
    yaxis: {
      ...VALUE_AXIS,
      title: { text: worseToBetter(`% of ${baselineName(rows)}`) },
    },
    yaxis2: { ...VALUE_AXIS, anchor: 'x2', matches: 'y' },
    annotations: PANELS.map(({ title }, panel) =>
      panelHeading(`<b>${title}</b>`, panel === 0 ? 0 : 0.54, 1),
    ),
    legend: { ...LEGEND_ABOVE, y: 1.1 },
  });
}
