import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type PerClassRow, perClassTTest } from '#statistics/analysis/perClassTTest';
import { OptionError } from '#statistics/errors';
import type { Predictions } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { findPython, withoutPython } from '../../python';
import { populations } from './populations';

const GOLDEN = join(__dirname, '../../../../test/statistics/analysis/golden');

function assertClose(actual: number, expected: number, what: string, tolerance = 1e-9): void {
  assert.ok(
    Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance,
    `${what}: ${actual} is not ${expected} within ${tolerance}`,
  );
}

/** Rows that are the same but for what the order of a sum leaves of rounding. */
function assertSameRows(actual: readonly PerClassRow[], expected: readonly PerClassRow[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((row, i) => {
    for (const [name, value] of Object.entries(row)) {
      const found = actual[i]![name as keyof PerClassRow];
      if (typeof value !== 'number') assert.equal(found, value, name);
      else assertClose(found as number, value, name, 1e-9 * Math.max(1, Math.abs(value)));
    }
  });
}

/** One model for each list of recalls: class c has `images[c]` images, so many of them right. */
function population(
  images: readonly number[],
  models: readonly [sparsity: number, correct: readonly number[]][],
): Predictions {
  const trueClass = images.flatMap((n, label) => Array<number>(n).fill(label));
  return {
    imageIds: [...trueClass.keys()],
    trueClass: Int32Array.from(trueClass),
    models: models.map(([sparsity, correct], replicate) => ({
      ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
      predictedClass: Int32Array.from(
        images.flatMap((n, label) =>
          Array.from({ length: n }, (_, i) => (i < correct[label]! ? label : images.length)),
        ),
      ),
    })),
  };
}

describe('perClassTTest', () => {
  test('gives the golden figures, of scipy and pandas, to 1e-9', async () => {
    const expected = JSON.parse(readFileSync(join(GOLDEN, 'per_class.json'), 'utf8'));
    const rows = perClassTTest(await readPredictions(join(GOLDEN, 'predictions.csv')));
    assert.equal(rows.length, expected.length);
    rows.forEach((row, i) => {
      for (const [name, value] of Object.entries<number | null>(expected[i])) {
        // Class 0 is always right, and JSON has no infinity: it gains on the falling mean.
        const figure = value ?? -Infinity;
        assertClose(row[name as keyof PerClassRow] as number, figure, `row ${i}, ${name}`);
      }
      assert.equal(row.significant, row.p_value <= 0.05);
      const sign = row.statistic > 0 ? 'hurt' : 'helped';
      assert.equal(row.direction, row.significant ? sign : 'none');
    });
  });

  test('has class names where they are known', async () => {
    const predictions = await readPredictions(join(GOLDEN, 'predictions.csv'), {
      classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
    });
    const rows = perClassTTest(predictions);
    assert.equal(rows.length, 30);
    for (const row of rows) assert.equal(row.class_name, `class ${row.class}`);
    assert.deepEqual(
      [rows[29]!.variant, rows[29]!.sparsity, rows[29]!.baseline],
      ['pruned 0.9', 0.9, 'dense'],
    );
    const { classNames: _, ...nameless } = predictions;
    assert.ok(!('class_name' in perClassTTest(nameless)[0]!));
  });

  test('adjusts p-values within each variant', async () => {
    const rows = perClassTTest(await readPredictions(join(GOLDEN, 'predictions.csv')));
    for (const sparsity of [0.3, 0.7, 0.9]) {
      const level = rows.filter((row) => row.sparsity === sparsity);
      const byP = [...level].sort((a, b) => a.p_value - b.p_value);
      byP.forEach((row, rank) => {
        const largerOnes = byP.slice(rank).map((r, k) => (r.p_value * 10) / (rank + k + 1));
        assertClose(row.p_adjusted, Math.min(1, ...largerOnes), `class ${row.class}`);
      });
    }
  });

  test('tells a recall without variance from one that rounding gives some', () => {
    // 7 of 30 in every model, and sevens and thirtieths do not sum up exactly.
    const images = [30, 30];
    const moves = population(images, [
      ...Array.from({ length: 3 }, (): [number, number[]] => [0, [7, 28]]),
      ...Array.from({ length: 7 }, (): [number, number[]] => [0.9, [7, 25]]),
    ]);
    assert.deepEqual(
      perClassTTest(moves).map((row) => [row.statistic, row.p_value, row.direction]),
      [
        [-Infinity, 0, 'helped'],
        [Infinity, 0, 'hurt'],
      ],
    );
    const together = population(images, [
      ...Array.from({ length: 3 }, (): [number, number[]] => [0, [7, 28]]),
      ...Array.from({ length: 7 }, (): [number, number[]] => [0.9, [4, 25]]),
    ]);
    assert.deepEqual(
      perClassTTest(together).map((row) => [row.statistic, row.p_value, row.significant]),
      [
        [NaN, NaN, false],
        [NaN, NaN, false],
      ],
    );
  });

  test("compares with each model's own accuracy where told to", () => {
    // Every model is good or bad at both classes alike: its recalls less its accuracy are 0.
    const alike = population(
      [10, 10],
      [
        [0, [9, 9]],
        [0, [7, 7]],
        [0.5, [3, 3]],
        [0.5, [6, 6]],
      ],
    );
    for (const row of perClassTTest(alike, { normalize: 'model' }))
      assert.deepEqual([row.statistic, row.p_value], [NaN, NaN]);
    for (const row of perClassTTest(alike)) assert.deepEqual([row.statistic, row.p_value], [0, 1]);
    for (const row of perClassTTest(alike, { alpha: 1 }))
      assert.deepEqual([row.significant, row.direction], [true, 'none']);
  });

  test('compares with the baseline that it is told', async () => {
    const predictions = await readPredictions(join(GOLDEN, 'predictions.csv'));
    const rows = perClassTTest(predictions, { baseline: 0.3 });
    assert.deepEqual([...new Set(rows.map((row) => row.sparsity))], [0, 0.7, 0.9]);
    const back = rows.filter((row) => row.sparsity === 0);
    const there = perClassTTest(predictions).filter((row) => row.sparsity === 0.3);
    back.forEach((row, i) => {
      assertClose(row.statistic, -there[i]!.statistic, 'statistic');
      assertClose(row.p_value, there[i]!.p_value, 'p_value');
    });
  });

  test('gives the same whatever the order of images and models and the names of classes', () => {
    const shuffled = populations.chain((predictions) => {
      const places = [...predictions.imageIds.keys()];
      const all = { minLength: places.length, maxLength: places.length };
      const models = [...predictions.models];
      return fc.tuple(
        fc.constant(predictions),
        fc.shuffledSubarray(places, all),
        fc.shuffledSubarray(models, { minLength: models.length, maxLength: models.length }),
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([predictions, places, models, labels]) => {
        const expected = perClassTTest(predictions);
        const { imageIds, trueClass } = predictions;
        const renamed = (classes: Int32Array) =>
          Int32Array.from(places, (place) => labels[classes[place]!]!);
        const rows = perClassTTest({
          imageIds: places.map((place) => imageIds[place]!),
          trueClass: renamed(trueClass),
          models: models.map((model) => ({
            ...model,
            predictedClass: renamed(model.predictedClass),
          })),
        });
        const named = rows
          .map((row) => ({ ...row, class: labels.indexOf(row.class) }))
          .sort((a, b) => a.sparsity - b.sparsity || a.class - b.class);
        assertSameRows(named, expected);
      }),
    );
  });

  test('gives changes that sum up to that of the accuracy, class by class', () => {
    fc.assert(
      fc.property(populations, (predictions) => {
        const { trueClass } = predictions;
        for (const sparsity of [0.3, 0.5, 0.9]) {
          const rows = perClassTTest(predictions).filter((row) => row.sparsity === sparsity);
          const share = (label: number) =>
            trueClass.filter((c) => c === label).length / trueClass.length;
          const sum = rows.reduce((s, row) => s + share(row.class) * row.normalized_change, 0);
          assertClose(sum, 0, 'sum of the normalized changes', 1e-12);
        }
      }),
    );
  });

  test('agrees with scipy on random populations', { skip: withoutPython('scipy') }, () => {
    const sample = fc.sample(populations, { seed: 1, numRuns: 40 });
    const program = `
import json, sys, warnings
import numpy
from scipy import stats
warnings.simplefilter('ignore')
def rows(p, own):
    truth, pred = numpy.array(p['truth']), numpy.array(p['pred'])
    level, out = numpy.array(p['sparsity']), []
    right = pred == truth
    recall = {c: right[:, truth == c].mean(axis=1) for c in sorted(set(p['truth']))}
    top1 = right.mean(axis=1)
    less = lambda c, s: recall[c][level == s] - (top1[level == s] if own else top1[level == s].mean())
    for s in sorted(set(p['sparsity']))[1:]:
        for c in recall:
            dense, pruned = less(c, 0), less(c, s)
            t = stats.ttest_ind(dense, pruned, equal_var=False)
            flat = dense.std() + pruned.std() < 1e-12
            out.append(None if flat else [t.statistic, t.pvalue])
    return out
print(json.dumps([[rows(p, own) for own in (False, True)] for p in json.load(sys.stdin)]))`;
    const input = JSON.stringify(
      sample.map(({ trueClass, models }) => ({
        truth: [...trueClass],
        pred: models.map((model) => [...model.predictedClass]),
        sparsity: models.map((model) => model.sparsity),
      })),
    );
    const expected = JSON.parse(
      execFileSync(findPython('scipy')!, ['-c', program], { input, encoding: 'utf8' }),
    );
    let compared = 0;
    sample.forEach((predictions, i) => {
      const rows = [
        ...perClassTTest(predictions),
        ...perClassTTest(predictions, { normalize: 'model' }),
      ];
      rows.forEach((row, k) => {
        const figures = expected[i].flat()[k];
        if (!figures) return;
        assertClose(
          row.statistic,
          figures[0],
          'statistic',
          1e-9 * Math.max(1, Math.abs(figures[0])),
        );
        assertClose(row.p_value, figures[1], 'p-value');
        compared++;
      });
    });
    assert.ok(compared > 100, `only ${compared} tests compared`);
  });

  test('reports a single variant and wrong options', async () => {
    const dense = population(
      [2],
      [
        [0, [1]],
        [0, [2]],
      ],
    );
    assert.throws(() => perClassTTest(dense), {
      name: 'PredictionsError',
      message: /All 2 models are dense: there is no variant to compare with/,
    });
    const predictions = await readPredictions(join(GOLDEN, 'predictions.csv'));
    for (const options of [{ alpha: 5 }, { alpha: NaN }, { baseline: 0.2 }, { normalize: 'class' }])
      assert.throws(() => perClassTTest(predictions, options as object), OptionError);
  });
});
