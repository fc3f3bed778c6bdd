import { OptionError, PredictionsError } from '../errors';
import { groupBy } from '../groupBy';
import type { Predictions } from '../predictions/predictions';
import { randomFrom, shuffleInPlace } from '../random';
import type { AnnotatedSet, AnnotationRow } from './annotations';
import { imageAccuracy } from './imageAccuracy';
import { modalLabels } from './modalLabels';
import { type Baseline, baselineOf, variantsOf } from './variants';

/** Which images people are shown. */
export interface AnnotationSampleOptions {
  /** Whose PIEs are shown, by name or sparsity. Default: the variant of the highest sparsity. */
  readonly variant?: Baseline;
  /** The variant that it is compared with. Default `dense`, else sparsity 0. */
  readonly baseline?: Baseline;
  /** Images in all, about a third of each set. */
  readonly count: number;
  /** Draws the images. */
  readonly seed: number;
}

/** An image that people are shown. */
export type SampledImage = Pick<
  AnnotationRow,
  'variant' | 'sparsity' | 'baseline' | 'set' | 'image_id' | 'true_class' | 'baseline_accuracy'
>;

/** An image that shows what a class looks like. */
export type ReferenceImage = Pick<AnnotationRow, 'image_id' | 'true_class'>;

/** The images that people are shown. */
export interface AnnotationSample {
  /** In random order, which does not reveal their sets. */
  readonly images: readonly SampledImage[];
  /** For each class of these, two others that the baseline gets right most often; fewer where there are fewer. */
  readonly references: readonly ReferenceImage[];
}

/** Reference images of a class. */
const REFERENCES = 2;

/**
 * Draws images for people to look at: PIEs, as many random other images, and as many that are matched to the PIEs on
 * the share of the baseline's models that get them right. PIEs are hard images; a comparison with images that are as
 * hard shows whether they are more than that.
 *
 * @throws OptionError where there are fewer PIEs or other images than are asked for
 * @throws PredictionsError where all models are of one variant
 */
export function annotationSample(
  predictions: Predictions,
  options: AnnotationSampleOptions,
): AnnotationSample {
  const { variant, baseline, count, seed } = options;
  const compared = variantsOf(modalLabels(predictions, baseline === undefined ? {} : { baseline }));
  const labels =
    variant === undefined ? compared.at(-1)! : baselineOf(compared, variant, 'variant');
  const against = labels.models[0]?.baseline;
  if (against === undefined)
    throw new PredictionsError('The predictions have no images.', { column: 'image_id' });
  const accuracy = imageAccuracy(predictions, { variant: against });
  const candidates = labels.models.map(({ image_id, true_class, pie }) => ({
    ...{ variant: labels.variant, sparsity: labels.sparsity, baseline: against },
    ...{ image_id, true_class, baseline_accuracy: accuracy.get(image_id)!, pie },
  }));
  const draw = (part: string, from: readonly Candidate[]) =>
    shuffleInPlace([...from], randomFrom(seed, 'annotations', part));
  const each = Math.ceil(count / 3);
  const allPies = candidates.filter(({ pie }) => pie);
  const rest = candidates.filter(({ pie }) => !pie);
  const possible = Math.min(3 * allPies.length, Math.floor(1.5 * rest.length));
  if (each > allPies.length || count - each > rest.length)
    throw new OptionError(
      `count: ${count}; expected at most ${possible}, as ${labels.variant} has ${allPies.length} PIEs ` +
        `and ${rest.length} other images.`,
      { option: 'count', value: count },
    );
  const pies = draw('pies', allPies).slice(0, each);
  const drawn = draw('others', rest);
  const others = drawn.slice(0, each);
  const matched = matchedTo(pies.slice(0, count - 2 * each), drawn.slice(each));
  const images = [
    ...pies.map((image) => sampled(image, 'pies')),
    ...others.map((image) => sampled(image, 'others')),
    ...matched.map((image) => sampled(image, 'matched')),
  ];
  const shown = new Set(images.map(({ image_id }) => image_id));
  const unseen = draw(
    'references',
    rest.filter(({ image_id }) => !shown.has(image_id)),
  );
  return {
    images: shuffleInPlace(images, randomFrom(seed, 'annotations', 'images')),
    references: referencesOf(new Set(images.map(({ true_class }) => true_class)), unseen),
  };
}

type Candidate = Omit<SampledImage, 'set'> & { readonly pie: boolean };

function sampled({ pie: _, ...image }: Candidate, set: AnnotatedSet): SampledImage {
  const { variant, sparsity, baseline, ...rest } = image;
  return { variant, sparsity, baseline, set, ...rest };
}

/** For each image one of the others, each once: the first of the nearest accuracy. */
function matchedTo(images: readonly Candidate[], others: readonly Candidate[]): Candidate[] {
  const left = new Set(others);
  return images.map(({ baseline_accuracy }) => {
    let [nearest, distance]: [Candidate | undefined, number] = [
      undefined,
      Number.POSITIVE_INFINITY,
    ];
    for (const other of left) {
      const apart = Math.abs(other.baseline_accuracy - baseline_accuracy);
      if (apart < distance) [nearest, distance] = [other, apart];
    }
    left.delete(nearest!);
    return nearest!;
  });
}

function referencesOf(
  classes: ReadonlySet<number>,
  images: readonly Candidate[],
): ReferenceImage[] {
  const byClass = groupBy(images, ({ true_class }) => true_class);
  return [...classes].flatMap((label) =>
    (byClass.get(label) ?? [])
      .toSorted((a, b) => b.baseline_accuracy - a.baseline_accuracy)
      .slice(0, REFERENCES)
      .map(({ image_id, true_class }) => ({ image_id, true_class })),
  );
}

/** The images in the order in which a person sees them. */
export function orderFor<Image>(images: readonly Image[], seed: number, person: string): Image[] {
  return shuffleInPlace([...images], randomFrom(seed, 'annotations', 'order', person));
}
