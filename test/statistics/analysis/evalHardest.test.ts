import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evalHardest } from '#statistics/analysis/evalHardest';
import { OptionError, PredictionsError } from '#statistics/errors';
import type { Predictions } from '#statistics/predictions/predictions';
import { randomFrom } from '#statistics/random';
import { wrongOn } from './populations';

describe('evalHardest', () => {
  it('evaluates models that did not judge on the images that judges of all variants fail', () => {
    const table = evalHardest(
      wrongOn([
        [0, [0, 1, 2]],
        [0, [4, 5]],
        [0.9, [4, 9]],
        [0.9, [4, 6]],
      ]),
      { share: 0.1 },
    );
    assert.deepEqual(
      table.map((row) => [row.corruption, row.sparsity, row.n_models, row.n_images, row.top1]),
      [
        ['clean', 0, 1, 10, 0.7],
        ['clean', 0.9, 1, 10, 0.8],
        // Image 4 alone is failed by both judges, the second models.
        ['hardest', 0, 1, 1, 1],
        ['hardest', 0.9, 1, 1, 0],
      ],
    );
  });

  it('asks the judges that are named', () => {
    const population = wrongOn([
      [0, [7]],
      [0, [2]],
      [0.9, [2]],
      [0.9, [7]],
    ]);
    const top1 = (judges: (number | string)[]) =>
      evalHardest(population, { share: 0.1, judges })
        .filter((row) => row.corruption === 'hardest')
        .map((row) => row.top1);
    // The second dense model fails on image 2, the second pruned one on 7.
    assert.deepEqual(top1([0]), [1, 0]);
    assert.deepEqual(top1([0.9]), [0, 1]);
    assert.deepEqual(top1(['pruned 0.9']), [0, 1]);
    assert.throws(() => evalHardest(population, { judges: [] }), /judges: \[\]; expected a list/);
    assert.throws(
      () => evalHardest(population, { judges: [0.5] }),
      /judges: 0\.5; expected some of the variants dense, pruned 0\.9/,
    );
  });

  it('favours no variant where all fail by the same chance', () => {
    const random = randomFrom(1, 'wrong');
    const images = 4000;
    const model = (sparsity: number, replicate: number) => {
      const predictedClass = Int32Array.from({ length: images }, () => (random() < 0.4 ? 1 : 0));
      return {
        variant: `at ${sparsity}`,
        sparsity,
        replicate,
        predictedClass,
        top5: predictedClass,
      };
    };
    const predictions: Predictions = {
      imageIds: Array.from({ length: images }, (_, i) => i),
      trueClass: new Int32Array(images),
      models: [0, 0.9].flatMap((sparsity) => [0, 1, 2, 3].map((i) => model(sparsity, i))),
    };
    const rows = evalHardest(predictions, { share: 0.25 });
    // Two models on 1,000 images at a level: a standard error of 1.1 points.
    for (const row of rows)
      assert.ok(Math.abs(row.top1 - 0.6) < 0.045, `${row.corruption} ${row.top1}`);
  });

  it('names what is wrong', () => {
    assert.throws(() => evalHardest(wrongOn([[0, []]]), { share: 0 }), OptionError);
    const one = wrongOn([
      [0, []],
      [0, []],
      [0.9, []],
    ]);
    assert.throws(
      () => evalHardest(one),
      (error: Error) => {
        assert.ok(error instanceof PredictionsError);
        assert.match(error.message, /pruned 0\.9 has 1 model; expected at least 2/);
        return true;
      },
    );
  });
});
