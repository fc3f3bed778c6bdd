import { CLEAN, type RobustnessRow } from '../analysis/robustnessRows';
import { OptionError } from '../errors';
import { type Dot, dotRows } from './dotRows';
import type { Figure } from './figure';
import { bySparsity, range, rowsOf, type Table } from './rows';

/** What {@link robustnessFigure} reads of a row of `evalRobustness`. */
export type RobustnessFigureRow = Pick<
  RobustnessRow,
  | 'sparsity'
  | 'corruption'
  | 'severity'
  | 'n_models'
  | 'n_images'
  | 'top1_relative'
  | 'top5_relative'
>;

export interface RobustnessFigureOptions {
  /** Default `top1`. */
  readonly accuracy?: 'top1' | 'top5';
}

/**
 * What pruned models lose against dense ones on the same images, clean and corrupted, as a share of
 * the dense models' accuracy: the paper's figure of ImageNet-C. A row per corruption, a dot per
 * sparsity at the mean over the severities, with a broad line from the least to the most of them.
 * Clean images come first, then the corruptions that cost most.
 *
 * @param table what `evalRobustness` gives; sets without a severity are left out
 */
export function robustnessFigure(
  table: Table<RobustnessFigureRow>,
  { accuracy = 'top1' }: RobustnessFigureOptions = {},
): Figure {
  const rows = rowsOf(table).filter((row) => row.severity > 0 || row.corruption === CLEAN);
  if (!rows.some((row) => row.corruption !== CLEAN))
    throw new OptionError(
      'robustnessFigure: no row has a severity of 1–5; pass what evalRobustness gives for corrupted sets.',
    );
  const names = [...new Set(rows.map((row) => row.corruption))];
  const column = `${accuracy}_relative` as const;
  const levels = bySparsity(rows)
    .filter(([, ofLevel]) => ofLevel.some((row) => row[column] !== 0))
    .map(([sparsity, ofLevel]) => {
      const dots = names.map((name) => {
        const values = ofLevel.filter((row) => row.corruption === name);
        return [name, overSeverities(values.map((row) => 100 * row[column]))] as const;
      });
      return [sparsity, new Map(dots)] as const;
    });
  const [, sparsest = new Map<string, Dot>()] = levels.at(-1) ?? [];
  const cost = (name: string) =>
    name === CLEAN ? Number.NEGATIVE_INFINITY : (sparsest.get(name)?.value ?? 0);
  const severities = new Set(rows.map((row) => row.severity).filter((severity) => severity > 0));
  const count = (of: 'n_models' | 'n_images') => range(rows.map((row) => row[of]));
  return dotRows({
    title: 'What pruning costs on corrupted images',
    subtitle:
      `N = ${count('n_models')} models per sparsity, ${count('n_images')} images; mean, least and ` +
      `most of ${severities.size} severities`,
    axis: `Change in ${accuracy === 'top1' ? 'top-1' : 'top-5'} accuracy (% of the dense models’ on the same images)`,
    rows: names.toSorted((a, b) => cost(a) - cost(b)),
    levels,
    lineWidth: 3,
  });
}

function overSeverities(values: readonly number[]) {
  const value = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { value, from: Math.min(...values), to: Math.max(...values) };
}
