import type { ImageId, Predictions } from 'selective-brain-damage-statistics';
import {
  type AnnotationSampleOptions,
  annotationSample,
  progress,
  type SampledImage,
} from 'selective-brain-damage-statistics/internal';
import sharp from 'sharp';
import type { ImageDataset } from '../datasets/imageDataset';
import { examplesOf } from '../evaluation/examplesOf';
import type { RgbImage } from '../images/rgbImage';

/** An image of a study as people see it. */
export interface StudyImage {
  readonly sampled: SampledImage;
  /** The name of the class that it is labelled as. */
  readonly className: string;
  /** The index of its picture in {@link Study.pictures}. */
  readonly picture: number;
  /** The indices of pictures of other images of that class. */
  readonly references: readonly number[];
}

/** The images that people are asked about, in an order that does not reveal their sets. */
export interface Study {
  readonly seed: number;
  readonly images: readonly StudyImage[];
  /** PNG files. */
  readonly pictures: readonly Uint8Array[];
}

/**
 * Draws the images of a study and opens their pictures.
 *
 * @throws OptionError where there are too few images
 * @throws PredictionsError where the data set lacks one
 */
export async function openStudy(
  predictions: Predictions,
  dataset: ImageDataset,
  options: AnnotationSampleOptions,
): Promise<Study> {
  const { images, references } = annotationSample(predictions, options);
  const shown = [...images, ...references];
  const places = new Map(shown.map(({ image_id }, place) => [image_id, place]));
  const ofClass = (label: number) =>
    references
      .filter(({ true_class }) => true_class === label)
      .map((one) => places.get(one.image_id)!);
  return {
    seed: options.seed,
    images: images.map((sampled, picture) => ({
      ...{ sampled, picture, references: ofClass(sampled.true_class) },
      className: dataset.classNames[sampled.true_class] ?? `class ${sampled.true_class}`,
    })),
    pictures: await picturesOf(dataset, shown, places),
  };
}

async function picturesOf(
  dataset: ImageDataset,
  shown: readonly { readonly image_id: ImageId; readonly true_class: number }[],
  places: ReadonlyMap<ImageId, number>,
): Promise<Uint8Array[]> {
  const pictures: Uint8Array[] = [];
  let read = 0;
  for await (const { example, row } of examplesOf(dataset, shown)) {
    pictures[places.get(row.image_id)!] = await toPng(await example.image());
    read++;
    progress().update(`${read} of ${shown.length} images read`);
  }
  progress().done();
  return pictures;
}

/** The longer side of a picture on the page, in pixels; smaller ones stay as they are. */
const LARGEST = 768;

function toPng({ data, width, height }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize(LARGEST, LARGEST, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
}
