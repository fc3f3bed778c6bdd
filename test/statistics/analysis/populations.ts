import fc from 'fast-check';
import type { Predictions } from '#statistics/predictions/predictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';

/** Small populations: 2 to 4 models at each of 2 or 3 levels, with names for ids or numbers. */
export const populations: fc.Arbitrary<Predictions> = fc
  .record({
    sparsities: fc.constantFrom([0, 0.5], [0, 0.3, 0.9]),
    replicates: fc.integer({ min: 2, max: 4 }),
    images: fc.integer({ min: 1, max: 12 }),
    classes: fc.integer({ min: 1, max: 4 }),
    named: fc.boolean(),
  })
  .chain(({ sparsities, replicates, images, classes, named }) => {
    const labels = fc
      .array(fc.nat(classes - 1), { minLength: images, maxLength: images })
      .map((list) => Int32Array.from(list));
    return fc.record({
      imageIds: fc.constant(Array.from({ length: images }, (_, i) => (named ? `image ${i}` : i))),
      trueClass: labels,
      models: fc.tuple(
        ...sparsities.flatMap((sparsity) =>
          Array.from({ length: replicates }, (_, replicate) =>
            labels.map((predictedClass) => ({
              ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
              predictedClass,
            })),
          ),
        ),
      ),
    });
  });

/** Ten images of class 0; a model is told by which of them it gets wrong (class 1). */
export function wrongOn(
  models: readonly [sparsity: number, wrong: readonly number[]][],
): Predictions {
  return {
    imageIds: Array.from({ length: 10 }, (_, i) => `image ${i}`),
    trueClass: new Int32Array(10),
    models: models.map(([sparsity, wrong], replicate) => {
      const predictedClass = Int32Array.from({ length: 10 }, (_, i) => (wrong.includes(i) ? 1 : 0));
      const top5 = Int32Array.from({ length: 50 }, (_, i) =>
        i % 5 === 0 ? predictedClass[i / 5]! : (i % 5) + 1,
      );
      return { variant: variantOfSparsity(sparsity), sparsity, replicate, predictedClass, top5 };
    }),
  };
}
