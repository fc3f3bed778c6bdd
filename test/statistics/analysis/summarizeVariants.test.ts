import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findPIEs } from '#statistics/analysis/findPIEs';
import { perClassTTest } from '#statistics/analysis/perClassTTest';
import { summarizeVariants } from '#statistics/analysis/summarizeVariants';
import type { Predictions } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';

describe('summarizeVariants', () => {
  test('has a row per variant with accuracy, significant classes and PIEs', async () => {
    const file = join(__dirname, '../../../../test/statistics/analysis/golden/predictions.csv');
    const predictions = await readPredictions(file);
    const rows = summarizeVariants(predictions);
    assert.deepEqual(
      rows.map((row) => [row.sparsity, row.n_models, row.n_images, row.n_pies]),
      [0, 0.3, 0.7, 0.9].map((sparsity) => [
        sparsity,
        predictions.models.filter((model) => model.sparsity === sparsity).length,
        240,
        findPIEs(predictions).filter((row) => row.sparsity === sparsity).length,
      ]),
    );
    for (const row of rows) {
      const classes = perClassTTest(predictions).filter((c) => c.sparsity === row.sparsity);
      assert.equal(row.n_significant, classes.filter((c) => c.significant).length);
      assert.equal(row.n_significant, row.n_hurt + row.n_helped);
    }
    assert.deepEqual(
      rows.map((row) => [row.variant, row.baseline]),
      ['dense', 'pruned 0.3', 'pruned 0.7', 'pruned 0.9'].map((variant) => [variant, 'dense']),
    );
    const strict = summarizeVariants(predictions, { alpha: 0, ties: 'smallest' });
    assert.equal(strict.length, 4);
    assert.ok(!('top5' in strict[0]!));
  });

  test('gives mean and standard deviation of top-1 and top-5 over the models', () => {
    const model = (sparsity: number, replicate: number, top: number[][]) => ({
      ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
      predictedClass: Int32Array.from(top, ([first]) => first!),
      top5: Int32Array.from(top.flat()),
    });
    const predictions: Predictions = {
      imageIds: [0, 1],
      trueClass: Int32Array.of(1, 2),
      models: [
        model(0, 0, [
          [1, 0, 3],
          [2, 1, 0],
        ]),
        model(0, 1, [
          [1, 0, 2],
          [0, 2, 1],
        ]),
        model(0.5, 0, [
          [0, 1, 2],
          [0, 1, 3],
        ]),
        model(0.5, 1, [
          [1, 0, 2],
          [0, 1, 3],
        ]),
      ],
    };
    const [dense, pruned] = summarizeVariants(predictions);
    assert.deepEqual([dense!.top1, dense!.top5, dense!.top5_sd], [0.75, 1, 0]);
    assert.deepEqual([pruned!.top1, pruned!.top5, pruned!.top5_sd], [0.25, 0.5, 0]);
    // Of 1 and 0.5: the root of (0.25² + 0.25²) / (2 − 1).
    assert.equal(dense!.top1_sd, Math.sqrt(0.125));
  });
});
