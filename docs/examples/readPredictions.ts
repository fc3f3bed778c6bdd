import * as sbd from 'selective-brain-damage';

// All files below a folder: 30 networks at each of six sparsities, trained on CIFAR-10.
const { models, imageIds, classNames } = await sbd.readPredictions('data/population');
console.log(`${models.length} models, ${imageIds.length} images`);
console.log(`variants: ${[...new Set(models.map(({ variant }) => variant))].join(', ')}`);
console.log(`classes: ${classNames?.join(', ')}`);

// Predictions that are in memory already: one row per model and image.
const rows = [0, 0.9].flatMap((sparsity) =>
  ['cat', 'dog', 'fox'].map((image_id, true_class) => ({
    sparsity,
    replicate: 0,
    image_id,
    true_class,
    predicted_class: sparsity === 0 ? true_class : 1,
  })),
);
const small = await sbd.readPredictions(rows, { classNames: ['cat', 'dog', 'fox'] });
for (const { variant, predictedClass } of small.models) console.log(variant, [...predictedClass]);
