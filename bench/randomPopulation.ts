import type { Predictions } from '../src/predictions/predictions';
import { randomFrom, shuffleInPlace } from '../src/random';

/**
 * A made-up population in the manner of the paper's ImageNet models: every class is hurt by pruning
 * by its own measure, and a wrong answer is mostly one of a few that the image invites.
 *
 * @returns classes of equal size, levels × replicates models, from a seed
 */
export function randomPopulation(options: {
  readonly images: number;
  readonly classes: number;
  readonly sparsities: readonly number[];
  readonly replicates: number;
  readonly seed: number;
}): Predictions {
  const { images, classes, sparsities, replicates, seed } = options;
  const random = randomFrom(seed, 'population');
  const trueClass = shuffleInPlace(
    Int32Array.from({ length: images }, (_, i) => i % classes),
    random,
  );
  const difficulty = Float64Array.from(trueClass, () => random() ** 3);
  const frailty = Float64Array.from({ length: classes }, () => random() * 0.15);
  const rival = Int32Array.from(trueClass, () => Math.floor(random() * classes));
  const answer = (image: number, sparsity: number) => {
    const label = trueClass[image]!;
    if (random() > difficulty[image]! + sparsity ** 3 * frailty[label]!) return label;
    return random() < 0.6 ? rival[image]! : Math.floor(random() * classes);
  };
  const models = sparsities.flatMap((sparsity) =>
    Array.from({ length: replicates }, (_, replicate) => ({
      sparsity,
      replicate,
      predictedClass: Int32Array.from({ length: images }, (_, image) => answer(image, sparsity)),
    })),
  );
  return { imageIds: Array.from(trueClass.keys()), trueClass, models };
}
