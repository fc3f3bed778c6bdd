import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chancePIEs } from '#statistics/analysis/chancePIEs';
import { findPIEs } from '#statistics/analysis/findPIEs';
import type { Predictions } from '#statistics/predictions/predictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { randomFrom } from '#statistics/random';
import { populations, wrongOn } from './populations';

const IMAGES = 2000;

/** Models that fail on each image by a chance of the image's variant, on their own. */
function population(
  failing: ReadonlyMap<number, (image: number) => number>,
  models = 10,
  seed = 3,
): Predictions {
  const random = randomFrom(seed, 'models');
  return {
    imageIds: Array.from({ length: IMAGES }, (_, i) => i),
    trueClass: new Int32Array(IMAGES),
    models: [...failing].flatMap(([sparsity, chance]) =>
      Array.from({ length: models }, (_, replicate) => ({
        ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
        predictedClass: Int32Array.from({ length: IMAGES }, (_, i) =>
          random() < chance(i) ? 1 : 0,
        ),
      })),
    ),
  };
}

describe('chancePIEs', () => {
  it('counts the PIEs that findPIEs finds, however ties are broken', () => {
    fc.assert(
      fc.property(
        populations,
        fc.constantFrom('largest' as const, 'smallest' as const, 'exclude' as const),
        (predictions, ties) => {
          for (const row of chancePIEs(predictions, { ties, permutations: 1 })) {
            const pies = findPIEs(predictions, { ties });
            assert.equal(row.pies, pies.filter(({ variant }) => variant === row.variant).length);
          }
        },
      ),
    );
  });

  it('counts, for each deal, what findPIEs would between the groups that were dealt', () => {
    const some = population(
      new Map([
        [0, (i) => (i % 10) / 20],
        [0.9, (i) => (i % 7) / 9],
      ]),
      5,
    );
    // All ways to deal 10 models into two groups of 5.
    const deals = Array.from({ length: 2 ** 10 }, (_, bits) => bits).filter(
      (bits) => bits.toString(2).replaceAll('0', '').length === 5,
    );
    const counts = deals.map((bits) => {
      const models = some.models.map((model, i) => {
        const sparsity = (bits >> i) & 1 ? 0 : 0.9;
        return { ...model, variant: variantOfSparsity(sparsity), sparsity, replicate: i };
      });
      return findPIEs({ ...some, models }).length;
    });
    const exact = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const [row] = chancePIEs(some, { permutations: 4000 });
    assert.ok(Math.abs(row!.expected / exact - 1) < 0.02, `${row!.expected} ${exact}`);
    const atLeast = counts.filter((count) => count >= row!.pies).length / counts.length;
    assert.ok(Math.abs(row!.p_value - atLeast) < 0.01, `${row!.p_value} ${atLeast}`);
  });

  it('swaps the models of a replicate where they are paired, in each of all ways', () => {
    const some = population(
      new Map([
        [0, (i) => (i % 10) / 20],
        [0.9, (i) => (i % 7) / 9],
      ]),
      5,
    );
    const counts = Array.from({ length: 2 ** 5 }, (_, bits) => {
      const models = some.models.map((model) => {
        const isSwapped = (bits >> model.replicate) & 1;
        const sparsity = (model.sparsity === 0) === !isSwapped ? 0 : 0.9;
        return { ...model, variant: variantOfSparsity(sparsity), sparsity };
      });
      return findPIEs({ ...some, models }).length;
    });
    const exact = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const [row] = chancePIEs(some, { permutations: 4000, pairing: 'replicate' });
    assert.equal(row!.pies, counts[0]);
    assert.ok(Math.abs(row!.expected / exact - 1) < 0.02, `${row!.expected} ${exact}`);
    const atLeast = counts.filter((count) => count >= row!.pies).length / counts.length;
    assert.ok(Math.abs(row!.p_value - atLeast) < 0.02, `${row!.p_value} ${atLeast}`);
  });

  it('takes copies with some labels changed for chance where they are paired, for less where not', () => {
    const dense = population(new Map([[0, (i) => (i % 10) / 20]]), 10);
    const random = randomFrom(5, 'copies');
    const copies = dense.models.map((model) => ({
      ...{ ...model, variant: 'int8', sparsity: Number.NaN },
      predictedClass: model.predictedClass.map((label) => (random() < 0.01 ? 1 - label : label)),
    }));
    const pair = { ...dense, models: [...dense.models, ...copies] };
    const [paired] = chancePIEs(pair, { permutations: 199, pairing: 'replicate' });
    const [independent] = chancePIEs(pair, { permutations: 199 });
    assert.ok(paired!.share_low <= 0 && paired!.share_high >= 0, JSON.stringify(paired));
    assert.ok(independent!.expected > 2 * independent!.pies, JSON.stringify(independent));
  });

  it('refuses to pair other replicates', () => {
    const some = population(
      new Map([
        [0, () => 0.4],
        [0.9, () => 0.4],
      ]),
      3,
    );
    assert.throws(
      () => chancePIEs({ ...some, models: some.models.slice(1) }, { pairing: 'replicate' }),
      /by their replicates, which are 0, 1, 2 and 1, 2; expected the same of both/,
    );
  });

  it('rejects 5 of 100 populations where only the seeds differ; their intervals hold no effect', () => {
    let [rejected, held] = [0, 0];
    for (let seed = 0; seed < 100; seed++) {
      const same = population(
        new Map([
          [0, () => 0.4],
          [0.9, () => 0.4],
        ]),
        5,
        seed,
      );
      const [row] = chancePIEs(same, { permutations: 99 });
      rejected += Number(row!.p_value <= 0.05);
      held += Number(row!.share_low <= 0 && row!.share_high >= 0);
    }
    // Binomial: a standard deviation of 2.2.
    assert.ok(rejected <= 13, String(rejected));
    assert.ok(held >= 87, String(held));
  });

  it('finds what is beyond chance where most models of the variant fail together', () => {
    // Each image is failed by another three of the variant's five models, and by none of the baseline's.
    const triples = [0, 1, 2, 3, 4].flatMap((a) =>
      [0, 1, 2, 3, 4].flatMap((b) => [0, 1, 2, 3, 4].map((c) => [a, b, c])),
    );
    const rising = triples.filter(([a, b, c]) => a! < b! && b! < c!);
    assert.equal(rising.length, 10);
    const failedBy = (model: number) =>
      rising.flatMap((triple, image) => (triple.includes(model) ? [image] : []));
    const [row] = chancePIEs(
      wrongOn([
        ...[0, 1, 2, 3, 4].map((): [number, number[]] => [0, []]),
        ...[0, 1, 2, 3, 4].map((model): [number, number[]] => [0.9, failedBy(model)]),
      ]),
      { permutations: 999 },
    );
    assert.deepEqual([row!.n_baseline, row!.n_variant, row!.pies], [5, 5, 10]);
    // Of 252 deals only the two that keep all together give all ten images.
    assert.ok(row!.p_value < 0.03, String(row!.p_value));
    assert.ok(Math.abs(row!.beyond_chance + row!.expected - 10) < 1e-12);
    assert.ok(row!.share_low <= row!.share && row!.share <= row!.share_high);
    assert.ok(row!.share > 0.5);
  });

  it('has no share where there are no PIEs, and a p-value of 1', () => {
    const [row] = chancePIEs(
      wrongOn([
        [0, [1]],
        [0.9, [1]],
      ]),
      { permutations: 9 },
    );
    assert.deepEqual([row!.pies, row!.expected, row!.share, row!.p_value], [0, 0, Number.NaN, 1]);
  });

  it('deals the same for the same seed', () => {
    const some = population(
      new Map([
        [0, (i) => (i % 10) / 10],
        [0.9, (i) => (i % 3) / 3],
      ]),
    );
    const rows = (seed: number) => chancePIEs(some, { permutations: 20, seed });
    assert.deepEqual(rows(1), rows(1));
    assert.notDeepEqual(rows(1), rows(2));
  });

  it('takes more models than a word has bits', () => {
    const many = population(
      new Map([
        [0, (i) => (i % 10) / 20],
        [0.9, (i) => (i % 10) / 15],
      ]),
      35,
    );
    const [row] = chancePIEs(many, { permutations: 50 });
    assert.equal(row!.pies, findPIEs(many).length);
    assert.ok(row!.pies > 0 && row!.share > 0.2, String(row!.share));
  });
});
