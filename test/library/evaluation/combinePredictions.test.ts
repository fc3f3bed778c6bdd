import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  combinePredictions,
  type ModelPredictedImages,
} from '#library/evaluation/combinePredictions';
import { OptionError, PredictionsError } from '#statistics/errors';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';
import { temporaryFolder } from '../records/temporary';

const root = temporaryFolder();

const predicted = (more: Partial<ModelPredictedImages> = {}): ModelPredictedImages => ({
  ...{ variant: 'dense', sparsity: 0, classNames: ['ant', 'bee', 'cat'] },
  imageIds: [1, 2, 3],
  trueClass: Int32Array.of(0, 1, 2),
  predictedClass: Int32Array.of(0, 1, 1),
  confidence: Float32Array.of(0.5, 0.75, 1),
  top5: Int32Array.of(0, 1, 1, 0, 1, 2),
  ...more,
});
const int8 = predicted({ variant: 'int8', sparsity: Number.NaN });

describe('combinePredictions', () => {
  it('makes one table of several models, numbered within their variants', async () => {
    const combined = combinePredictions([
      int8,
      predicted({ variant: 'pruned 0.5', sparsity: 0.5, replicate: 4 }),
      predicted(),
      predicted({ predictedClass: Int32Array.of(2, 2, 2) }),
    ]);
    assert.deepEqual(
      combined.models.map(({ variant, sparsity, replicate }) => [variant, sparsity, replicate]),
      [
        ['dense', 0, 0],
        ['dense', 0, 1],
        ['pruned 0.5', 0.5, 4],
        ['int8', Number.NaN, 0],
      ],
    );
    assert.deepEqual([...combined.models[1]!.predictedClass], [2, 2, 2]);
    await writePredictions(combined, root);
    assert.deepEqual(await readPredictions(root), combined);
  });

  it('puts the images of all models into the order of the first', () => {
    const { models, imageIds } = combinePredictions([
      predicted(),
      predicted({
        imageIds: [3, 1, 2],
        trueClass: Int32Array.of(2, 0, 1),
        predictedClass: Int32Array.of(1, 0, 1),
        confidence: Float32Array.of(1, 0.5, 0.75),
        top5: Int32Array.of(1, 2, 0, 1, 1, 0),
      }),
    ]);
    assert.deepEqual(imageIds, [1, 2, 3]);
    assert.deepEqual({ ...models[1], replicate: 0 }, models[0]);
  });

  it('refuses models that saw other images', () => {
    const refuses = (other: ModelPredictedImages, message: RegExp) =>
      assert.throws(
        () => combinePredictions([int8, other]),
        (error: Error) => error instanceof PredictionsError && message.test(error.message),
      );
    refuses(
      predicted({ imageIds: [1, 2, 4] }),
      /dense: image 4 is not among those of int8\. Run p/,
    );
    refuses(
      predicted({ trueClass: Int32Array.of(0, 1, 1) }),
      /dense: image 3 has class 1, in int8 it has 2/,
    );
    const two = { imageIds: [1, 2], trueClass: Int32Array.of(0, 1) };
    refuses(predicted(two), /dense: image 3 of int8 is missing/);
  });

  it('names what is not a result of predict, and models in one place', () => {
    const refuses = (items: unknown, message: RegExp) =>
      assert.throws(
        () => combinePredictions(items as ModelPredictedImages[]),
        (error: Error) => error instanceof OptionError && message.test(error.message),
      );
    refuses(predicted(), /expected a list of what predict gives, one for each model, found an obj/);
    refuses([], /expected a list/);
    refuses([int8, Promise.resolve(int8)], /predicted\[1\] is a promise; put await before/);
    refuses([{ variant: 'a' }], /predicted\[0\]: expected what predict gives, found an object \(v/);
    refuses([predicted({ sparsity: 90 })], /expected a sparsity: a share of zeros, .*found 90/);
    refuses([predicted({ variant: '' })], /expected a variant/);
    refuses([predicted({ replicate: -1 })], /expected a replicate: a whole number, 0 or more/);
    refuses(
      [predicted(), predicted({ replicate: 0 })],
      /predicted\[1\]: replicate 0 of dense appears twice/,
    );
  });
});
