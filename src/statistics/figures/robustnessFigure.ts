import { CLEAN, type RobustnessRow, robustnessTable } from '../analysis/summarizeRobustness';
import { OptionError } from '../errors';
import { checkOptions, choice } from '../options';
import { rowsOf, type Table } from '../tables/schema';
import { type Dot, dotRows } from './dotRows';
import type { Figure } from './figure';
import { worseToBetter } from './layout';
import { baselineName, byVariant, range } from './rows';

const COLUMNS = [
  ...(['variant', 'sparsity', 'baseline', 'corruption', 'severity'] as const),
  ...(['n_models', 'n_images', 'top1_relative', 'top5_relative'] as const),
] as const;

/** The columns of `evalRobustness` that {@link robustnessFigure} reads. */
export type RobustnessFigureRow = Pick<RobustnessRow, (typeof COLUMNS)[number]>;

/** Options of {@link robustnessFigure}. */
export interface RobustnessFigureOptions {
  /** The accuracy whose change is drawn. Default `top1`. */
  readonly accuracy?: 'top1' | 'top5';
}

/**
 * The change of accuracy from the baseline to a variant on the same images, clean and corrupted, as a share
 * of the baseline's accuracy: the paper's figure of ImageNet-C. A row per corruption, a dot per variant
 * at the mean over the severities, and a small one at each of them; no errors.
 * Clean images come first, then the corruptions that cost most.
 *
 * @param table the table of `evalRobustness`; sets without a severity are left out
 * @throws TableError for a table of another kind
 */
export function robustnessFigure(
  table: Table<RobustnessFigureRow>,
  options: RobustnessFigureOptions = {},
): Figure {
  const { accuracy = 'top1' } = checkOptions('robustnessFigure', options, {
    accuracy: choice(['top1', 'top5']),
  });
  const rows = rowsOf('robustnessFigure', robustnessTable, table, COLUMNS).filter(
    (row) => row.severity > 0 || row.corruption === CLEAN,
  );
  if (!rows.some((row) => row.corruption !== CLEAN))
    throw new OptionError(
      'robustnessFigure: no row has a severity of 1–5; pass the table of evalRobustness for corrupted sets.',
    );
  const names = [...new Set(rows.map((row) => row.corruption))];
  const column = `${accuracy}_relative` as const;
  const variants = byVariant(rows.filter((row) => row.variant !== row.baseline)).map(
    ([variant, ofVariant]) => {
      const dots = names.map((name) => {
        const values = ofVariant.filter((row) => row.corruption === name);
        return [name, overSeverities(values.map((row) => 100 * row[column]))] as const;
      });
      return [variant, new Map(dots)] as const;
    },
  );
  const [, last = new Map<string, Dot>()] = variants.at(-1) ?? [];
  const cost = (name: string) =>
    name === CLEAN ? Number.NEGATIVE_INFINITY : (last.get(name)?.value ?? 0);
  const severities = new Set(rows.map((row) => row.severity).filter((severity) => severity > 0));
  const top = accuracy === 'top1' ? 'top-1' : 'top-5';
  const count = (of: 'n_models' | 'n_images') => range(rows.map((row) => row[of]));
  return dotRows({
    title: `Cost of compression on corrupted images, against ${baselineName(rows)}`,
    subtitle:
      `N = ${count('n_models')} models of each variant, ${count('n_images')} images; dots: means over ` +
      `${severities.size} severities; small dots: each of them`,
    axis: worseToBetter(
      `change in ${top} (% of the ${top} of ${baselineName(rows)} on the same images)`,
    ),
    rows: names.toSorted((a, b) => cost(a) - cost(b)),
    variants,
  });
}

function overSeverities(values: readonly number[]) {
  const value = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { value, parts: values.length > 1 ? values : [] };
}
