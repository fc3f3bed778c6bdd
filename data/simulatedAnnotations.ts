import { annotationSample, orderFor } from '#statistics/analysis/annotationSample';
import { type AnnotationRow, ATTRIBUTES, type Attribute } from '#statistics/analysis/annotations';
import type { Predictions } from '#statistics/predictions/predictions';
import { randomFrom } from '#statistics/random';

const SEED = 2019;
const COUNT = 150;

/** How often a simulated person says yes where others see it, and where they do not. */
const PEOPLE = [
  { person: 'simulated 1', finds: 0.9, invents: 0.05 },
  { person: 'simulated 2', finds: 0.75, invents: 0.02 },
  { person: 'simulated 3', finds: 0.85, invents: 0.1 },
] as const;

/** The shares of images that have an attribute: of those that all dense networks get right, and that none does. */
const SHARES: Readonly<Record<Attribute, readonly [easy: number, hard: number]>> = {
  wrong_label: [0.01, 0.15],
  multiple_objects: [0.08, 0.15],
  co_occurring: [0.05, 0.1],
  poor_quality: [0.1, 0.45],
  abstract: [0.03, 0.06],
  atypical: [0.08, 0.6],
  fine_grained: [0.15, 0.5],
};

/**
 * Answers that a program makes up for a study of the population's PIEs at 90% sparsity: hard images have every
 * attribute more often, PIEs no more than others that are as hard.
 */
export function simulatedAnnotations(predictions: Predictions): AnnotationRow[] {
  const { images } = annotationSample(predictions, {
    ...{ variant: 'pruned 0.9', count: COUNT, seed: SEED },
  });
  const seen = new Map(
    images.map(({ image_id, baseline_accuracy }) => {
      const random = randomFrom(SEED, 'simulated image', image_id);
      const has = ATTRIBUTES.map((attribute) => {
        const [easy, hard] = SHARES[attribute];
        return random() < easy + (hard - easy) * (1 - baseline_accuracy);
      });
      return [image_id, has] as const;
    }),
  );
  return PEOPLE.flatMap(({ person, finds, invents }) =>
    orderFor(images, SEED, person).map((image, i) => {
      const random = randomFrom(SEED, person, image.image_id);
      const answers = seen
        .get(image.image_id)!
        .map((has, a) => [ATTRIBUTES[a]!, random() < (has ? finds : invents)] as const);
      return {
        ...{ ...image, person, position: i + 1 },
        ...(Object.fromEntries(answers) as Record<Attribute, boolean>),
        simulated: true,
      };
    }),
  );
}
