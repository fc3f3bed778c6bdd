import { OptionError } from '../errors';
import { groupBy } from '../groupBy';
import { checkOptions, VARIANT } from '../options';
import { bySparsity } from '../predictions/variantName';
import { compared } from '../tables/columns';
import { defineTable, double, type RowOf, rowsOf, string, type Table } from '../tables/schema';
import { CORRUPTIONS, type CorruptionName, SEVERITIES } from './corruptionNames';
import { CLEAN, type RobustnessRow, robustnessTable } from './summarizeRobustness';
import { type Baseline, baselineOf } from './variants';

const NEEDED = ['variant', 'sparsity', 'baseline', 'corruption', 'severity', 'top1'] as const;

/** The columns of `evalRobustness` that {@link meanCorruptionError} reads. */
export type CorruptionErrorInput = Pick<RobustnessRow, (typeof NEEDED)[number]>;

/** Options of {@link meanCorruptionError}. */
export interface MeanCorruptionErrorOptions {
  /**
   * Whose errors are 1: a variant of the table, by name or sparsity, or `'alexnet'`, AlexNet's
   * on ImageNet-C as published, for models of ImageNet alone. Default: the table's own baseline.
   */
  readonly baseline?: Baseline;
}

/** The table of {@link meanCorruptionError}. */
export const corruptionErrorTable = defineTable({
  name: 'meanCorruptionError',
  row: 'The error of one variant under one corruption.',
  columns: {
    ...compared,
    corruption: string('One of the 15 corruptions, or `mean`: the mean over them, mCE.'),
    corruption_error: double(
      "Errors summed over the severities, as a share of the baseline's: 1 is as bad.",
      'ratio, 0 or more',
    ),
    relative_corruption_error: double(
      'The same of the increase of each error over the error on clean images.',
      'ratio −∞–∞',
    ),
  },
});

/** Corruption error of one variant under one corruption. */
export type CorruptionErrorRow = RowOf<typeof corruptionErrorTable>;

const ALEXNET_NAME = 'alexnet';
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
 * The corruption error of each variant and its mean over the 15 corruptions, mCE, against a baseline
 * (Hendrycks & Dietterich 2019, section 4.2); and both relative to the error on clean images. The
 * extra corruptions do not count.
 *
 * @param table the table of `evalRobustness`, with all 15 corruptions at all five severities
 * @returns per variant, by sparsity, the 15 corruptions in the benchmark's order, then `mean`
 * @throws OptionError naming the corruption and severity that the table lacks or has more than once,
 *   or an unknown baseline
 */
export function meanCorruptionError(
  table: Table<CorruptionErrorInput>,
  options: MeanCorruptionErrorOptions = {},
): CorruptionErrorRow[] {
  checkOptions('meanCorruptionError', options, { baseline: VARIANT });
  const rows = rowsOf('meanCorruptionError', robustnessTable, table, NEEDED);
  const variants = [...groupBy(rows, (row) => row.variant).values()].map((ofVariant) => ({
    variant: ofVariant[0]!.variant,
    sparsity: ofVariant[0]!.sparsity,
    rows: ofVariant,
  }));
  const theirs = referenceOf(variants, options.baseline ?? rows[0]?.baseline);
  return variants.sort(bySparsity).flatMap(({ variant, sparsity, rows: ofVariant }) => {
    const ours = errorsOf(variant, ofVariant);
    const place = { variant, sparsity, baseline: theirs.name };
    const errors = CORRUPTIONS.map((corruption): CorruptionErrorRow => {
      const [error, reference] = [ours.of(corruption), theirs.of(corruption)];
      return {
        ...place,
        corruption,
        corruption_error: error / reference,
        relative_corruption_error: (error - ours.clean) / (reference - theirs.clean),
      };
    });
    const mean = (of: 'corruption_error' | 'relative_corruption_error') =>
      errors.reduce((sum, row) => sum + row[of], 0) / errors.length;
    return [
      ...errors,
      {
        ...{ ...place, corruption: 'mean', corruption_error: mean('corruption_error') },
        relative_corruption_error: mean('relative_corruption_error'),
      },
    ];
  });
}

interface Errors {
  readonly name: string;
  readonly clean: number;
  /** Mean over the severities. */
  readonly of: (corruption: CorruptionName) => number;
}

interface VariantErrors {
  readonly variant: string;
  readonly sparsity: number;
  readonly rows: readonly CorruptionErrorInput[];
}

function referenceOf(variants: readonly VariantErrors[], baseline: Baseline | undefined): Errors {
  if (baseline === ALEXNET_NAME)
    return { name: ALEXNET_NAME, clean: ALEXNET_CLEAN, of: (name) => ALEXNET[name]! };
  const { variant, rows } = baselineOf(variants, baseline);
  return errorsOf(variant, rows);
}

function errorsOf(variant: string, rows: readonly CorruptionErrorInput[]): Errors {
  const error = (corruption: string, severity: number) => {
    const [row, another] = rows.filter(
      (r) => r.corruption === corruption && r.severity === severity,
    );
    if (another)
      throw new OptionError(
        `The table has more than one row of ${corruption}, severity ${severity}, of ${variant}; ` +
          'expected one per variant: pass the table of evalRobustness.',
      );
    if (!row)
      throw new OptionError(
        `The table lacks ${corruption}, severity ${severity}, of ${variant}; expected clean images ` +
          'and all 15 corruptions at severities 1–5.',
      );
    return 1 - row.top1;
  };
  return {
    name: variant,
    clean: error(CLEAN, 0),
    of: (corruption) =>
      SEVERITIES.reduce((sum, severity) => sum + error(corruption, severity), 0) /
      SEVERITIES.length,
  };
}
