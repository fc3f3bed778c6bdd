import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { findPIEs, pieRows } from '#statistics/analysis/findPIEs';
import { OptionError } from '#statistics/errors';
import type { Predictions } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { populations } from './populations';

const GOLDEN = join(__dirname, '../../../../test/statistics/analysis/golden');
const COLUMNS = [
  'image_id',
  'sparsity',
  'true_class',
  'dense_mode',
  'pruned_mode',
  'dense_votes',
  'pruned_votes',
  'dense_correct',
  'pruned_correct',
];

/** One image of class 1, and what each model says of it. */
function votes(dense: readonly number[], pruned: readonly number[]): Predictions {
  const model = (sparsity: number) => (label: number, replicate: number) => ({
    sparsity,
    replicate,
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
    const rows = pieRows(await readPredictions(join(GOLDEN, 'predictions.csv')));
    assert.deepEqual(
      rows.map(({ image_id, sparsity, true_class, dense_mode, pruned_mode }) => ({
        image_id,
        sparsity,
        true_class,
        dense_mode,
        pruned_mode,
      })),
      expected,
    );
  });

  test('is a frame with these columns, also where there is no PIE', async () => {
    const predictions = await readPredictions(join(GOLDEN, 'predictions.csv'));
    const frame = findPIEs(predictions);
    assert.deepEqual(frame.columns, COLUMNS);
    assert.deepEqual(frame.shape, [67, 9]);
    const all = findPIEs(predictions, { all: true });
    assert.deepEqual(all.columns, [...COLUMNS, 'pie']);
    assert.deepEqual(all.shape, [240 * 3, 10]);
    assert.equal(all.column('pie').values.filter(Boolean).length, 67);
    const none = findPIEs(votes([1, 1], [1, 1]));
    assert.deepEqual(none.columns, COLUMNS);
    assert.deepEqual(none.shape, [0, 9]);
    assert.deepEqual(none.column('image_id').dtypes, ['string']);
  });

  test('gives the shares of the votes and whether the modes are right', () => {
    assert.deepEqual(pieRows(votes([1, 1, 1, 2], [3, 2, 3])), [
      {
        image_id: 'image',
        sparsity: 0.9,
        true_class: 1,
        dense_mode: 1,
        pruned_mode: 3,
        dense_votes: 0.75,
        pruned_votes: 2 / 3,
        dense_correct: true,
        pruned_correct: false,
      },
    ]);
  });

  test('breaks ties by the largest class, the smallest or not at all', () => {
    const tied = votes([1, 1, 0], [4, 1, 4, 1, 2]);
    assert.deepEqual(
      pieRows(tied).map((row) => row.pruned_mode),
      [4],
    );
    assert.deepEqual(pieRows(tied, { ties: 'smallest' }), []);
    assert.deepEqual(
      pieRows(tied, { ties: 'smallest', all: true }).map((row) => [row.pruned_mode, row.pie]),
      [[1, false]],
    );
    assert.deepEqual(pieRows(tied, { ties: 'exclude', all: true }), []);
    // Two classes had two votes for a while, and one got a third.
    const once = votes([1, 1], [2, 4, 4, 2, 2]);
    assert.deepEqual(
      pieRows(once, { ties: 'exclude' }).map((row) => row.pruned_mode),
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
          const rows = pieRows(predictions, { ties: ties as 'largest' });
          assert.deepEqual(
            rows.map((r) => [r.image_id, r.sparsity, r.true_class, r.dense_mode, r.pruned_mode]),
            expected,
          );
        },
      ),
    );
  });

  test('takes one model a level, and reports options of no sense', () => {
    const single = votes([1], [2]);
    assert.equal(pieRows(single).length, 1);
    assert.throws(() => pieRows(single, { ties: 'first' as 'largest' }), OptionError);
    assert.throws(() => pieRows(single, { baseline: 0.5 }), OptionError);
    assert.equal(pieRows(single, { baseline: 0.9 })[0]!.sparsity, 0);
  });
});
