import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chancePIEs } from '#statistics/analysis/chancePIEs';
import { findPIEs } from '#statistics/analysis/findPIEs';
import type { Predictions } from '#statistics/predictions/predictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { randomFrom } from '#statistics/random';
import { wrongOn } from './populations';

const IMAGES = 2000;

/** Models that fail on each image by a chance of the image's level, on their own. */
function population(failing: ReadonlyMap<number, (image: number) => number>): Predictions {
  const random = randomFrom(3, 'models');
  return {
    imageIds: Array.from({ length: IMAGES }, (_, i) => i),
    trueClass: new Int32Array(IMAGES),
    models: [...failing].flatMap(([sparsity, chance]) =>
      Array.from({ length: 10 }, (_, replicate) => ({
        ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
        predictedClass: Int32Array.from({ length: IMAGES }, (_, i) =>
          random() < chance(i) ? 1 : 0,
        ),
      })),
    ),
  };
}

describe('chancePIEs', () => {
  it('finds nothing beyond chance where only the seeds differ', () => {
    const [row] = chancePIEs(
      population(
        new Map([
          [0, () => 0.4],
          [0.9, () => 0.4],
        ]),
      ),
    );
    assert.equal(row!.n_models, 5);
    // The majority of 5 fails by p = Σₖ₌₃⁵ C(5, k) 0.4ᵏ 0.6⁵⁻ᵏ = 0.31744; two of them differ by 2p(1 − p).
    const expected = IMAGES * 2 * 0.31744 * (1 - 0.31744);
    for (const count of [row!.pies, row!.baseline_within, row!.variant_within])
      assert.ok(Math.abs(count / expected - 1) < 0.05, `${count} of ${expected}`);
    assert.ok(Math.abs(row!.beyond_chance) < 0.02 * expected, String(row!.beyond_chance));
  });

  it('finds nothing beyond chance where pruned models are only less sure', () => {
    const [row] = chancePIEs(
      population(
        new Map([
          [0, () => 0],
          [0.9, () => 0.3],
        ]),
      ),
    );
    // Dense groups agree on all images, pruned ones fail by q = 0.16308 each.
    assert.equal(row!.baseline_within, 0);
    assert.ok(Math.abs(row!.pies / (IMAGES * 0.16308) - 1) < 0.1, String(row!.pies));
    const itself = IMAGES * 2 * 0.16308 * (1 - 0.16308);
    assert.ok(Math.abs(row!.variant_within / itself - 1) < 0.1, String(row!.variant_within));
    assert.ok(Math.abs(row!.beyond_chance - (row!.pies - row!.variant_within / 2)) < 1e-9);
  });

  it('counts images whose label changes for all', () => {
    const models = [0, 0.9].flatMap((sparsity) =>
      Array.from({ length: 4 }, (): [number, number[]] => [sparsity, sparsity > 0 ? [1, 4] : []]),
    );
    const [row] = chancePIEs(wrongOn(models));
    // Half of 4 is even; one model is compared with one.
    assert.equal(row!.n_models, 1);
    assert.deepEqual([row!.pies, row!.beyond_chance, row!.beyond_chance_sd], [2, 2, 0]);
    assert.equal(findPIEs(wrongOn(models)).length, 2);
  });

  it('draws the same splits for the same seed', () => {
    const some = population(
      new Map([
        [0, (i) => (i % 10) / 10],
        [0.5, (i) => (i % 7) / 7],
        [0.9, (i) => (i % 3) / 3],
      ]),
    );
    const rows = chancePIEs(some, { splits: 3, seed: 1 });
    assert.deepEqual(chancePIEs(some, { splits: 3, seed: 1 }), rows);
    assert.notDeepEqual(chancePIEs(some, { splits: 3, seed: 2 }), rows);
    assert.deepEqual(
      rows.map((row) => row.sparsity),
      [0.5, 0.9],
    );
  });

  it('names what is wrong', () => {
    const one = wrongOn([
      [0, []],
      [0, []],
      [0.9, []],
    ]);
    assert.throws(() => chancePIEs(one), /pruned 0\.9 has 1 model; expected at least 2/);
    assert.throws(() => chancePIEs(one, { splits: 1 }), /splits: 1; expected/);
  });
});
