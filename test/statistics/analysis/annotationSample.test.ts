import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotationSample, orderFor } from '#statistics/analysis/annotationSample';
import { findPIEs } from '#statistics/analysis/findPIEs';
import { imageAccuracy } from '#statistics/analysis/imageAccuracy';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';

const predictions = simulatePredictions({
  ...{ numClasses: 8, imagesPerClass: 100, sparsities: [0, 0.5, 0.9], replicates: 7 },
});
const accuracy = imageAccuracy(predictions);
const pies = new Set(
  findPIEs(predictions)
    .filter(({ variant }) => variant === 'pruned 0.9')
    .map(({ image_id }) => image_id),
);
const draw = (count: number, seed = 5) =>
  annotationSample(predictions, { variant: 'pruned 0.9', count, seed });
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test('PIEs and others come in equal numbers, each image once, in an order that tells nothing', () => {
  for (const [count, sizes] of [
    [60, [20, 20, 20]],
    [20, [7, 7, 6]],
    [4, [2, 2, 0]],
  ] as const) {
    const { images } = draw(count);
    const ofSet = (set: string) => images.filter((image) => image.set === set);
    const found = ['pies', 'others', 'matched'].map((set) => ofSet(set).length);
    assert.deepEqual(found, sizes);
    assert.equal(new Set(images.map(({ image_id }) => image_id)).size, count);
    for (const { image_id, set, baseline_accuracy } of images) {
      assert.equal(pies.has(image_id), set === 'pies');
      assert.equal(baseline_accuracy, accuracy.get(image_id));
    }
  }
  const sets = draw(60).images.map(({ set }) => set);
  assert.ok(new Set(sets.slice(0, 20)).size === 3, sets.join());
});

test('matched images are as hard for the baseline as PIEs, and random ones are not', () => {
  const { images } = draw(90);
  const hardness = (set: string) =>
    images
      .filter((image) => image.set === set)
      .map(({ baseline_accuracy }) => baseline_accuracy)
      .sort();
  const [ofPies, matched, others] = ['pies', 'matched', 'others'].map(hardness) as [
    number[],
    number[],
    number[],
  ];
  // One seventh is a step of seven models.
  assert.ok(Math.abs(mean(ofPies) - mean(matched)) < 1 / 14, `${mean(ofPies)} ${mean(matched)}`);
  assert.ok(mean(others) - mean(ofPies) > 1 / 7, `${mean(ofPies)} ${mean(others)}`);
});

test('reference images are of the classes, never shown themselves, and easy', () => {
  const { images, references } = draw(30);
  const shown = new Set(images.map(({ image_id }) => image_id));
  const classes = new Set(images.map(({ true_class }) => true_class));
  assert.equal(references.length, 2 * classes.size);
  for (const { image_id, true_class } of references) {
    assert.ok(!shown.has(image_id) && !pies.has(image_id) && classes.has(true_class));
    assert.equal(accuracy.get(image_id), 1);
  }
});

test('a seed gives the same images, another one others', () => {
  assert.deepEqual(draw(30), draw(30));
  assert.notDeepEqual(draw(30).images, draw(30, 6).images);
});

test('people have orders of their own, the same at every visit', () => {
  const { images } = draw(30);
  const ada = orderFor(images, 5, 'ada');
  assert.deepEqual(ada, orderFor(images, 5, 'ada'));
  assert.notDeepEqual(ada, orderFor(images, 5, 'bo'));
  assert.deepEqual(new Set(ada), new Set(images));
});

test('too few images are told with the largest number that there is', () => {
  const most = 3 * pies.size;
  assert.equal(draw(most).images.length, most);
  assert.throws(() => draw(most + 1), {
    name: 'OptionError',
    message: new RegExp(
      `^count: ${most + 1}; expected at most ${most}, as pruned 0.9 has ${pies.size} P`,
    ),
  });
  assert.throws(() => annotationSample(predictions, { variant: 'int8', count: 3, seed: 1 }), {
    option: 'variant',
  });
});
