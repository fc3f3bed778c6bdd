import { examplesOf } from '../analysis/examplesOf';
import type { PIERow } from '../analysis/findPIEs';
import type { ImageDataset, ImageId, RgbImage } from '../datasets/imageDataset';
import { OptionError } from '../errors';
import { drawGrid } from './grid';
import { PALETTE } from './palette';
import type { Picture } from './picture';
import { bySparsity, rowsOf, sparsityName, type Table } from './rows';

/** What {@link pieGallery} reads of a row of `findPIEs`. */
export type PieGalleryRow = Pick<
  PIERow,
  'image_id' | 'sparsity' | 'true_class' | 'dense_mode' | 'pruned_mode'
>;

export interface PieGalleryOptions {
  /** Which level's PIEs are shown. Default: the highest in the table. */
  readonly sparsity?: number;
  /** How many are shown, in the order of the table. Default 18. */
  readonly count?: number;
}

/**
 * Pruning Identified Exemplars as pictures, each with its true label and the modal labels of the
 * dense and of the pruned models. The pruned label is vermillion where pruning lost the right one,
 * blue where it found it, grey where both are wrong.
 *
 * @param table what `findPIEs` gives
 * @param dataset the images that the models were tested on
 * @throws OptionError where the table has no PIE at the sparsity
 * @throws PredictionsError where the data set lacks an image, or gives it another class
 */
export async function pieGallery(
  table: Table<PieGalleryRow>,
  dataset: ImageDataset,
  options: PieGalleryOptions = {},
): Promise<Picture> {
  // With its option `all`, findPIEs lists the other images as well.
  const pieRows = rowsOf(table).filter((row) => row.dense_mode !== row.pruned_mode);
  const levels = bySparsity(pieRows);
  const { count = 18, sparsity = levels.at(-1)?.[0] } = options;
  const pies = levels.find(([level]) => level === sparsity)?.[1] ?? [];
  if (pies.length === 0 && options.sparsity !== undefined)
    throw new OptionError(
      `pieGallery: no PIE at sparsity ${sparsity}; the table has ${levels.map(([level]) => level).join(', ') || 'none at all'}.`,
    );
  const shown = pies.slice(0, count);
  const images = new Map<ImageId, RgbImage>();
  for await (const { example, row } of examplesOf(dataset, shown))
    images.set(row.image_id, await example.image());
  const name = (label: number) => dataset.classNames[label] ?? `class ${label}`;
  const level = sparsity === undefined ? '' : ` at ${sparsityName(sparsity)} sparsity`;
  return drawGrid(
    `Images that pruning changes${level}`,
    `N = ${shown.length} of ${pies.length} PIEs: true label, then modal label of the dense and of the pruned models`,
    shown.map((pie) => ({
      image: images.get(pie.image_id)!,
      caption: [
        { text: `true: ${name(pie.true_class)}` },
        { text: `dense: ${name(pie.dense_mode)}` },
        { text: `pruned: ${name(pie.pruned_mode)}`, color: colorOf(pie) },
      ],
    })),
  );
}

function colorOf({ true_class, dense_mode, pruned_mode }: PieGalleryRow): string {
  if (dense_mode === true_class) return PALETTE.hurt;
  return pruned_mode === true_class ? PALETTE.helped : PALETTE.muted;
}
