import type { ImageDataset } from '../datasets/imageDataset';
import { drawGrid, type Tile } from './grid';
import type { Picture } from './picture';

/** Options of {@link imageGallery}. */
export interface ImageGalleryOptions {
  /** Number of images shown. Default 18. */
  readonly count?: number;
  /** Default: the data set's name. */
  readonly title?: string;
}

/** The first images of a data set, each with the name of its class. */
export async function imageGallery(
  dataset: ImageDataset,
  options: ImageGalleryOptions = {},
): Promise<Picture> {
  const { count = 18, title = dataset.name } = options;
  const tiles: Tile[] = [];
  for await (const example of dataset.take(count)) {
    const name = dataset.classNames[example.label] ?? `class ${example.label}`;
    tiles.push({ image: await example.image(), caption: [{ text: name }] });
  }
  const of = dataset.size === undefined ? '' : ` of ${dataset.size}`;
  return drawGrid(title, `${tiles.length}${of} images, ${dataset.numClasses} classes`, tiles);
}
