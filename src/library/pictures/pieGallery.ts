import type { ImageId } from 'selective-brain-damage-statistics';
import { OptionError, type PIERow, type Table } from 'selective-brain-damage-statistics';
import {
  type Baseline,
  baselineOf,
  checkOptions,
  count,
  type OptionRules,
  PALETTE,
  pieTable,
  rowsOf,
  VARIANT,
  variantsOf,
} from 'selective-brain-damage-statistics/internal';
import { checkDataset, type ImageDataset } from '../datasets/imageDataset';
import { examplesOf } from '../evaluation/examplesOf';
import type { RgbImage } from '../images/rgbImage';
import { drawGrid } from './grid';
import type { Picture } from './picture';

const COLUMNS = [
  ...(['variant', 'sparsity', 'baseline', 'image_id', 'true_class'] as const),
  ...(['baseline_mode', 'variant_mode'] as const),
] as const;

/** The columns of `findPIEs` that {@link pieGallery} reads. */
export type PieGalleryRow = Pick<PIERow, (typeof COLUMNS)[number]>;

/** Options of {@link pieGallery}. */
export interface PieGalleryOptions {
  /** Whose PIEs are shown, by name or sparsity. Default: the variant of the highest sparsity. */
  readonly variant?: Baseline;
  /** Number of images shown, in the order of the table. Default 18. */
  readonly count?: number;
}

const rules: OptionRules<PieGalleryOptions> = { variant: VARIANT, count: count() };

/**
 * Pruning Identified Exemplars as pictures, each with its true label and the modal labels of the
 * baseline and of the variant. The variant's is vermillion where the right one was lost, blue where it
 * was found, grey where both are wrong.
 *
 * @param table what `findPIEs` gives
 * @param dataset the images that the models were tested on
 * @throws OptionError where the table has no PIE of the variant
 * @throws TableError for a table of another kind
 * @throws PredictionsError where the data set lacks an image, or gives it another class
 */
export async function pieGallery(
  table: Table<PieGalleryRow>,
  dataset: ImageDataset,
  options: PieGalleryOptions = {},
): Promise<Picture> {
  checkDataset('pieGallery', 'dataset', dataset);
  checkOptions('pieGallery', options, rules);
  // The table of modalLabels lists the other images as well.
  const all = rowsOf('pieGallery', pieTable, table, COLUMNS);
  const changed = variantsOf(all.filter((row) => row.baseline_mode !== row.variant_mode));
  const { count: most = 18, variant } = options;
  if (variant !== undefined && changed.length === 0)
    throw new OptionError(`pieGallery: no PIE of ${variant}; the table has none at all.`, {
      option: 'variant',
      value: variant,
    });
  const chosen = variant === undefined ? changed.at(-1) : baselineOf(changed, variant, 'variant');
  const pies = chosen?.models ?? [];
  const shown = pies.slice(0, most);
  const images = new Map<ImageId, RgbImage>();
  for await (const { example, row } of examplesOf(dataset, shown))
    images.set(row.image_id, await example.image());
  const name = (label: number) => dataset.classNames[label] ?? `class ${label}`;
  const baseline = pies[0]?.baseline ?? 'the baseline';
  const compressed = chosen?.variant ?? 'the variant';
  return drawGrid(
    `PIEs of ${compressed}`,
    `N = ${shown.length} of ${pies.length} PIEs: true label, then modal label of ${baseline} and of ${compressed}`,
    shown.map((pie) => ({
      image: images.get(pie.image_id)!,
      caption: [
        { text: `true: ${name(pie.true_class)}` },
        { text: `${baseline}: ${name(pie.baseline_mode)}` },
        { text: `${compressed}: ${name(pie.variant_mode)}`, color: colorOf(pie) },
      ],
    })),
  );
}

function colorOf({ true_class, baseline_mode, variant_mode }: PieGalleryRow): string {
  if (baseline_mode === true_class) return PALETTE.hurt;
  return variant_mode === true_class ? PALETTE.helped : PALETTE.muted;
}
