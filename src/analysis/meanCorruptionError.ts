import type { DataFrame } from 'danfojs-node';
import { CORRUPTIONS, type CorruptionName, SEVERITIES } from '../corruptions/names';
import { OptionError } from '../errors';
import { frameOf, rowsOf, type Table } from './frame';
import { groupBy } from './groupBy';
import { CLEAN, type RobustnessRow } from './robustnessRows';

/** What {@link meanCorruptionError} reads of a row of `evalRobustness`. */
export type CorruptionErrorInput = Pick<
  RobustnessRow,
  'sparsity' | 'corruption' | 'severity' | 'top1'
>;

export interface MeanCorruptionErrorOptions {
  /**
   * Whose errors are 100%: `'alexnet'`, AlexNet's on ImageNet-C as published (default), or the
   * sparsity of a level of the table.
   */
  readonly baseline?: 'alexnet' | number;
}

/** One level's error under one corruption. */
export interface CorruptionErrorRow {
  readonly sparsity: number;
  /** One of the 15 corruptions, or `mean`: the mean over them, mCE. */
  readonly corruption: string;
  /** `alexnet`, or the baseline's sparsity. */
  readonly baseline: string;
  /** Errors summed over the severities, as a share of the baseline's: 1 is as bad. */
  readonly corruption_error: number;
  /** The same of what each error exceeds the error on clean images by. */
  readonly relative_corruption_error: number;
}

/** Mean error over the five severities. Hendrycks & Dietterich 2019. */
const ALEXNET: Readonly<Record<string, number>> = {
  gaussian_noise: 0.886428,
  shot_noise: 0.894468,
  impulse_noise: 0.92264,
  defocus_blur: 0.81988,
  glass_blur: 0.826268,
  motion_blur: 0.785948,
  zoom_blur: 0.79836,
  snow: 0.866816,
  frost: 0.826572,
  fog: 0.819324,
  brightness: 0.564592,
  contrast: 0.853204,
  elastic_transform: 0.646056,
  pixelate: 0.71784,
  jpeg_compression: 0.6065,
} satisfies Record<(typeof CORRUPTIONS)[number], number>;
/** torchvision's AlexNet on ImageNet's validation images. */
const ALEXNET_CLEAN = 0.43478;

/**
 * The corruption error of each level and its mean over the 15 corruptions, mCE, against a baseline
 * (Hendrycks & Dietterich 2019, section 4.2); and both relative to the error on clean images. The
 * extra corruptions do not count.
 *
 * @param table what `evalRobustness` gives, with all 15 corruptions at all five severities
 * @returns per level the 15 corruptions in the benchmark's order, then `mean`
 * @throws OptionError naming the corruption and severity that the table lacks or has more than once,
 *   or a baseline that is none
 */
export function meanCorruptionError(
  table: Table<CorruptionErrorInput>,
  options: MeanCorruptionErrorOptions = {},
): DataFrame {
  return frameOf(corruptionErrorRows(table, options), {
    sparsity: 'float32',
    corruption: 'string',
    baseline: 'string',
    corruption_error: 'float32',
    relative_corruption_error: 'float32',
  });
}

/** {@link meanCorruptionError} as plain rows. */
export function corruptionErrorRows(
  table: Table<CorruptionErrorInput>,
  { baseline = 'alexnet' }: MeanCorruptionErrorOptions = {},
): CorruptionErrorRow[] {
  const levels = groupBy(rowsOf(table), (row) => row.sparsity);
  const theirs =
    baseline === 'alexnet'
      ? { clean: ALEXNET_CLEAN, of: (name: CorruptionName) => ALEXNET[name]! }
      : errorsOf(levels, baseline);
  return [...levels.keys()]
    .sort((a, b) => a - b)
    .flatMap((sparsity) => {
      const ours = errorsOf(levels, sparsity);
      const rows = CORRUPTIONS.map((corruption): CorruptionErrorRow => {
        const [error, reference] = [ours.of(corruption), theirs.of(corruption)];
        return {
          ...{ sparsity, corruption, baseline: String(baseline) },
          corruption_error: error / reference,
          relative_corruption_error: (error - ours.clean) / (reference - theirs.clean),
        };
      });
      const mean = (of: 'corruption_error' | 'relative_corruption_error') =>
        rows.reduce((sum, row) => sum + row[of], 0) / rows.length;
      return [
        ...rows,
        {
          ...{ sparsity, corruption: 'mean', baseline: String(baseline) },
          corruption_error: mean('corruption_error'),
          relative_corruption_error: mean('relative_corruption_error'),
        },
      ];
    });
}

interface Errors {
  readonly clean: number;
  /** Mean over the severities. */
  readonly of: (corruption: CorruptionName) => number;
}

function errorsOf(
  levels: ReadonlyMap<number, readonly CorruptionErrorInput[]>,
  sparsity: number,
): Errors {
  const rows = levels.get(sparsity);
  if (!rows)
    throw new OptionError(
      `baseline: ${sparsity}; expected 'alexnet' or a sparsity of the table: ` +
        `${[...levels.keys()].join(', ')}.`,
    );
  const error = (corruption: string, severity: number) => {
    const [row, another] = rows.filter(
      (r) => r.corruption === corruption && r.severity === severity,
    );
    if (another)
      throw new OptionError(
        `The table has more than one row of ${corruption}, severity ${severity}, at sparsity ` +
          `${sparsity}; expected one per level: pass what evalRobustness gives without perModel.`,
      );
    if (!row)
      throw new OptionError(
        `The table lacks ${corruption}, severity ${severity}, at sparsity ${sparsity}; expected ` +
          'clean images and all 15 corruptions at severities 1–5.',
      );
    return 1 - row.top1;
  };
  return {
    clean: error(CLEAN, 0),
    of: (corruption) =>
      SEVERITIES.reduce((sum, severity) => sum + error(corruption, severity), 0) /
      SEVERITIES.length,
  };
}
