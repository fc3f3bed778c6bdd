import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evalPIEs, pieAccuracyRows } from '#statistics/analysis/evalPIEs';
import { rowsOf } from '#statistics/analysis/frame';
import { OptionError } from '#statistics/errors';
import { randomFrom } from '#statistics/random';
import { wrongOn } from './populations';

const HALF = wrongOn([
  [0, [9]],
  [0, [8]],
  [0, []],
  [0.5, [0, 1, 9]],
  [0.5, [0, 1]],
  [0.5, [1, 2]],
]);

describe('evalPIEs', () => {
  it('compares dense and pruned models on PIEs, on a sample and on the rest', () => {
    // The modal label changes for images 0 and 1 alone.
    const [pies, random, rest] = pieAccuracyRows(HALF);
    const { pruned_top1_sd, ...others } = pies!;
    // Of 0, 0 and ½.
    assert.ok(Math.abs(pruned_top1_sd - Math.sqrt(1 / 12)) < 1e-12);
    assert.deepEqual(others, {
      ...{ sparsity: 0.5, images: 'pies', n_images: 2, n_dense: 3, n_pruned: 3 },
      ...{ dense_top1: 1, pruned_top1: 1 / 6, dense_top5: 1, pruned_top5: 1 / 6 },
      dense_top1_sd: 0,
    });
    assert.equal(random!.n_images, 2);
    assert.equal(rest!.n_images, 8);
    assert.equal(rest!.dense_top1, 22 / 24);
    assert.equal(rest!.pruned_top1, 22 / 24);
  });

  it('draws the sample from all images, by seed', () => {
    const means = new Set<number>();
    let sum = 0;
    for (let seed = 0; seed < 300; seed++) {
      const sample = pieAccuracyRows(HALF, { seed })[1]!;
      assert.deepEqual(sample, pieAccuracyRows(HALF, { seed })[1]);
      means.add(sample.pruned_top1);
      sum += sample.pruned_top1;
    }
    assert.ok(means.size > 2);
    // All images together: 23 of 30 right.
    assert.ok(Math.abs(sum / 300 - 23 / 30) < 0.03, String(sum / 300));
  });

  it('holds out the models that are evaluated from the choice of the PIEs', () => {
    // The second and fourth models of each level choose image 3; the others fail elsewhere.
    const population = wrongOn([
      ...[[0], [], [1], []].map((wrong): [number, number[]] => [0, wrong]),
      ...[[0, 5], [3], [5, 6], [3]].map((wrong): [number, number[]] => [0.9, wrong]),
    ]);
    const [pies] = pieAccuracyRows(population, { heldOut: true });
    assert.equal(pies!.n_images, 1);
    assert.deepEqual([pies!.n_dense, pies!.n_pruned], [2, 2]);
    assert.deepEqual([pies!.dense_top1, pies!.pruned_top1], [1, 1]);
    const one = wrongOn([
      [0, []],
      [0.9, [1]],
    ]);
    assert.throws(() => evalPIEs(one, { heldOut: true }), /sparsity 0 has 1 model/);
  });

  it('has no gap on held-out models where dense and pruned ones fail by the same chance', () => {
    const random = randomFrom(1, 'wrong');
    const images = 4000;
    const models = [0, 0.9].flatMap((sparsity) =>
      Array.from({ length: 12 }, (_, replicate) => {
        const predictedClass = Int32Array.from({ length: images }, () => (random() < 0.5 ? 1 : 0));
        return { sparsity, replicate, predictedClass };
      }),
    );
    const imageIds = Array.from({ length: images }, (_, i) => i);
    const population = { imageIds, trueClass: new Int32Array(images), models };
    const [held] = pieAccuracyRows(population, { heldOut: true });
    // About 1,500 PIEs by 6 models a side: a standard error of 0.5 points.
    assert.ok(Math.abs(held!.dense_top1 - 0.5) < 0.02, String(held!.dense_top1));
    assert.ok(Math.abs(held!.pruned_top1 - 0.5) < 0.02, String(held!.pruned_top1));
  });

  it('has a frame with those columns, NaN where a level has no PIE', () => {
    const same = wrongOn([
      [0, [9]],
      [0.9, [9]],
    ]);
    const [pies] = rowsOf<{ n_images: number; dense_top1: number }>(evalPIEs(same));
    assert.equal(pies!.n_images, 0);
    assert.ok(Number.isNaN(pies!.dense_top1));
    assert.throws(() => evalPIEs(HALF, { baseline: 0.1 }), OptionError);
  });
});
