import {
  checkOptions,
  count,
  type OptionRules,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { checkDataset, type ImageDataset } from '../datasets/imageDataset';
import { drawGrid, type Tile } from './grid';
import type { Picture } from './picture';

/** Options of {@link imageGallery}. */
export interface ImageGalleryOptions {
  /** Number of images shown. Default 18. */
  readonly count?: number;
  /** Default: the data set's name. */
  readonly title?: string;
}

const rules: OptionRules<ImageGalleryOptions> = { count: count(), title: TEXT };

/** The first images of a data set, each with the name of its class. */
export async function imageGallery(
  dataset: ImageDataset,
  options: ImageGalleryOptions = {},
): Promise<Picture> {
  checkDataset('imageGallery', 'dataset', dataset);
  checkOptions('imageGallery', options, rules);
  const { count: most = 18, title = dataset.name } = options;
  const tiles: Tile[] = [];
  for await (const example of dataset.take(most)) {
    const name = dataset.classNames[example.label] ?? `class ${example.label}`;
    tiles.push({ image: await example.image(), caption: [{ text: name }] });
  }
  const of = dataset.size === undefined ? '' : ` of ${dataset.size}`;
  return drawGrid(title, `${tiles.length}${of} images, ${dataset.numClasses} classes`, tiles);
}
