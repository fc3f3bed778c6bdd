import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evalPIEs, pieAccuracyRows } from '../../src/analysis/evalPIEs';
import { rowsOf } from '../../src/analysis/frame';
import { OptionError } from '../../src/errors';
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
    assert.deepEqual(pies, {
      ...{ sparsity: 0.5, images: 'pies', n_images: 2, n_dense: 3, n_pruned: 3 },
      ...{ dense_top1: 1, pruned_top1: 1 / 6, dense_top5: 1, pruned_top5: 1 / 6 },
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
