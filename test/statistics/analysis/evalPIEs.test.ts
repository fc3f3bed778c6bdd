import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evalPIEs } from '#statistics/analysis/evalPIEs';
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
    const [pies, random, rest] = evalPIEs(HALF);
    const { variant_top1_sd, variant_top1_se, ...others } = pies!;
    // Of 0, 0 and ½.
    assert.ok(Math.abs(variant_top1_sd - Math.sqrt(1 / 12)) < 1e-12);
    // All mean squares are ⅙, of 3 models × 2 images.
    assert.ok(Math.abs(variant_top1_se - 1 / 6) < 1e-12);
    assert.deepEqual(others, {
      ...{ variant: 'pruned 0.5', sparsity: 0.5, baseline: 'dense' },
      ...{ images: 'pies', n_images: 2, n_baseline: 3, n_variant: 3 },
      ...{ baseline_top1: 1, variant_top1: 1 / 6, baseline_top5: 1, variant_top5: 1 / 6 },
      ...{ baseline_top1_sd: 0, baseline_top1_se: 0 },
    });
    assert.equal(random!.n_images, 2);
    assert.equal(rest!.n_images, 8);
    assert.equal(rest!.baseline_top1, 22 / 24);
    assert.equal(rest!.variant_top1, 22 / 24);
  });

  it('draws the sample from all images, by seed', () => {
    const means = new Set<number>();
    let sum = 0;
    for (let seed = 0; seed < 300; seed++) {
      const sample = evalPIEs(HALF, { seed })[1]!;
      assert.deepEqual(sample, evalPIEs(HALF, { seed })[1]);
      means.add(sample.variant_top1);
      sum += sample.variant_top1;
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
    const [pies] = evalPIEs(population, { heldOut: true });
    assert.equal(pies!.n_images, 1);
    assert.deepEqual([pies!.n_baseline, pies!.n_variant], [2, 2]);
    assert.deepEqual([pies!.baseline_top1, pies!.variant_top1], [1, 1]);
    const one = wrongOn([
      [0, []],
      [0.9, [1]],
    ]);
    assert.throws(() => evalPIEs(one, { heldOut: true }), /dense has 1 model/);
  });

  it('has no gap on held-out models where dense and pruned ones fail by the same chance', () => {
    const random = randomFrom(1, 'wrong');
    const images = 4000;
    const models = [0, 0.9].flatMap((sparsity) =>
      Array.from({ length: 12 }, (_, replicate) => {
        const predictedClass = Int32Array.from({ length: images }, () => (random() < 0.5 ? 1 : 0));
        return { variant: `at ${sparsity}`, sparsity, replicate, predictedClass };
      }),
    );
    const imageIds = Array.from({ length: images }, (_, i) => i);
    const population = { imageIds, trueClass: new Int32Array(images), models };
    const [held] = evalPIEs(population, { heldOut: true });
    // About 1,500 PIEs by 6 models a side: a standard error of 0.5 points.
    assert.ok(Math.abs(held!.baseline_top1 - 0.5) < 0.02, String(held!.baseline_top1));
    assert.ok(Math.abs(held!.variant_top1 - 0.5) < 0.02, String(held!.variant_top1));
  });

  it('has NaN where a variant has no PIE', () => {
    const same = wrongOn([
      [0, [9]],
      [0.9, [9]],
    ]);
    const [pies] = evalPIEs(same);
    assert.equal(pies!.n_images, 0);
    assert.ok(Number.isNaN(pies!.baseline_top1));
    assert.throws(() => evalPIEs(HALF, { baseline: 0.1 }), OptionError);
  });
});
