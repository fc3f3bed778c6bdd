import { corruptedExample } from '#library/corruptions/corruptedExample';
import { CIFAR10_NORMALIZATION } from '#library/datasets/loadCifar10';
import * as sbd from '#library/index';
import { randomFrom, shuffleInPlace } from '#statistics/random';

/** What was done to a training image. */
export interface Alteration {
  readonly image_id: number;
  readonly alteration: 'label' | 'image';
  /** Class that CIFAR-10 gives the image. */
  readonly published_class: number;
  /** Class that the networks are told; another one where the label is altered. */
  readonly given_class: number;
  /** What degrades the image; empty where the label is altered. */
  readonly corruption: sbd.CorruptionName | '';
}

/** Of all images, this share has its label changed, and another, disjoint share is degraded. */
export const ALTERED_SHARE = 0.05;
const CORRUPTIONS = ['gaussian_noise', 'defocus_blur', 'contrast', 'jpeg_compression'] as const;
const SEVERITY = 5;

/** Draws which images are altered, and how, from `seed`; by image id. */
export async function drawAlterations(
  images: sbd.ImageDataset,
  seed: number,
): Promise<Map<number, Alteration>> {
  const published: number[] = [];
  for await (const { label } of images) published.push(label);
  const random = randomFrom(seed, 'alter');
  const order = shuffleInPlace(
    published.map((_, id) => id),
    random,
  );
  const count = Math.round(ALTERED_SHARE * published.length);
  const drawn = order.slice(0, 2 * count).map((id, i): Alteration => {
    const published_class = published[id]!;
    if (i >= count) {
      const corruption = CORRUPTIONS[Math.floor(random() * CORRUPTIONS.length)]!;
      const given_class = published_class;
      return { image_id: id, alteration: 'image', published_class, given_class, corruption };
    }
    const step = 1 + Math.floor(random() * (images.numClasses - 1));
    const given_class = (published_class + step) % images.numClasses;
    return { image_id: id, alteration: 'label', published_class, given_class, corruption: '' };
  });
  drawn.sort((a, b) => a.image_id - b.image_id);
  return new Map(drawn.map((alteration) => [alteration.image_id, alteration]));
}

/** The images with the alterations, held in memory. */
export function alter(
  images: sbd.ImageDataset,
  alterations: ReadonlyMap<number, Alteration>,
  seed: number,
): sbd.ImageDataset {
  const apply = (example: sbd.Example): sbd.Example => {
    const alteration = alterations.get(example.id as number);
    if (!alteration) return example;
    if (alteration.corruption === '') return { ...example, label: alteration.given_class };
    const view = {
      ...({ op: 'corrupt', scale: 'cifar', severity: SEVERITY } as const),
      ...{ name: alteration.corruption, seed },
    };
    return corruptedExample(example, view, images.imageShape, CIFAR10_NORMALIZATION);
  };
  return new sbd.ImageDataset({
    name: `${images.name}, altered`,
    classNames: images.classNames,
    imageShape: images.imageShape,
    hash: `${images.hash}, altered ${ALTERED_SHARE} ${seed}`,
    normalization: CIFAR10_NORMALIZATION,
    size: images.size!,
    async *examples(random) {
      const order = random ? images.shuffle(Math.floor(random() * 2 ** 31)) : images;
      for await (const example of order) yield apply(example);
    },
  });
}
