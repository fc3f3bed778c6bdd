import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { findPIEs } from '#statistics/analysis/findPIEs';
import { modalLabels } from '#statistics/analysis/modalLabels';
import { OptionError } from '#statistics/errors';
import type { Predictions } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { populations } from './populations';

const GOLDEN = join(__dirname, '../../../../test/statistics/analysis/golden');
/** One image of class 1, and what each model says of it. */
function votes(dense: readonly number[], pruned: readonly number[]): Predictions {
  const model = (sparsity: number) => (label: number, replicate: number) => ({
    ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
    predictedClass: Int32Array.of(label),
  });
  return {
    imageIds: ['image'],
    trueClass: Int32Array.of(1),
    models: [...dense.map(model(0)), ...pruned.map(model(0.9))],
  };
}

describe('findPIEs', () => {
  test('finds the golden PIEs, those of pandas, exactly', async () => {
    const expected = JSON.parse(readFileSync(join(GOLDEN, 'pies.json'), 'utf8'));
    const rows = findPIEs(await readPredictions(join(GOLDEN, 'predictions.csv')));
    assert.deepEqual(
      rows.map(({ image_id, sparsity, true_class, baseline_mode, variant_mode }) => ({
        image_id,
        sparsity,
        true_class,
        baseline_mode,
        variant_mode,
      })),
      expected,
    );
  });

  test('is part of the modal labels of all images', async () => {
    const predictions = await readPredictions(join(GOLDEN, 'predictions.csv'));
    const all = modalLabels(predictions);
    assert.equal(all.length, 240 * 3);
    const pies = all.filter((row) => row.pie).map(({ pie: _, ...row }) => row);
    assert.equal(pies.length, 67);
    assert.deepEqual(findPIEs(predictions), pies);
    assert.deepEqual(findPIEs(votes([1, 1], [1, 1])), []);
  });

  test('gives the shares of the votes and whether the modes are right', () => {
    assert.deepEqual(findPIEs(votes([1, 1, 1, 2], [3, 2, 3])), [
      {
        variant: 'pruned 0.9',
        sparsity: 0.9,
        baseline: 'dense',
        image_id: 'image',
        true_class: 1,
        baseline_mode: 1,
        variant_mode: 3,
        baseline_votes: 0.75,
        variant_votes: 2 / 3,
        baseline_correct: true,
        variant_correct: false,
      },
    ]);
  });

  test('breaks ties by the largest class, the smallest or not at all', () => {
    const tied = votes([1, 1, 0], [4, 1, 4, 1, 2]);
    assert.deepEqual(
      findPIEs(tied).map((row) => row.variant_mode),
      [4],
    );
    assert.deepEqual(findPIEs(tied, { ties: 'smallest' }), []);
    assert.deepEqual(
      modalLabels(tied, { ties: 'smallest' }).map((row) => [row.variant_mode, row.pie]),
      [[1, false]],
    );
    assert.deepEqual(modalLabels(tied, { ties: 'exclude' }), []);
    // Two classes had two votes for a while, and one got a third.
    const once = votes([1, 1], [2, 4, 4, 2, 2]);
    assert.deepEqual(
      findPIEs(once, { ties: 'exclude' }).map((row) => row.variant_mode),
      [2],
    );
  });

  test('agrees with counting votes in the plainest way', () => {
    fc.assert(
      fc.property(
        populations,
        fc.constantFrom('largest', 'smallest', 'exclude'),
        (predictions, ties) => {
          const { imageIds, trueClass, models } = predictions;
          const modes = (sparsity: number, image: number) => {
            const said = models
              .filter((model) => model.sparsity === sparsity)
              .map((model) => model.predictedClass[image]!);
            const count = (label: number) => said.filter((other) => other === label).length;
            const most = Math.max(...said.map(count));
            return [...new Set(said.filter((label) => count(label) === most))].sort();
          };
          const pick = (labels: number[]) => {
            if (ties === 'exclude') return labels.length > 1 ? undefined : labels[0];
            return ties === 'largest' ? labels.at(-1) : labels[0];
          };
          const expected = [...new Set(models.map((model) => model.sparsity))]
            .filter((sparsity) => sparsity > 0)
            .flatMap((sparsity) =>
              imageIds.flatMap((image_id, i) => {
                const [dense, pruned] = [pick(modes(0, i)), pick(modes(sparsity, i))];
                return dense === undefined || pruned === undefined || dense === pruned
                  ? []
                  : [[image_id, sparsity, trueClass[i], dense, pruned]];
              }),
            );
          const rows = findPIEs(predictions, { ties: ties as 'largest' });
          assert.deepEqual(
            rows.map((r) => [
              r.image_id,
              r.sparsity,
              r.true_class,
              r.baseline_mode,
              r.variant_mode,
            ]),
            expected,
          );
        },
      ),
    );
  });

  test('takes one model of each variant, and names wrong options', () => {
    const single = votes([1], [2]);
    assert.equal(findPIEs(single).length, 1);
    assert.throws(() => findPIEs(single, { ties: 'first' as 'largest' }), OptionError);
    assert.throws(() => findPIEs(single, { baseline: 0.5 }), OptionError);
    assert.equal(findPIEs(single, { baseline: 0.9 })[0]!.sparsity, 0);
  });
});
