import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { sampleStandardDeviation } from 'simple-statistics';
import { twoWayError } from '#statistics/analysis/twoWayError';
import { normals, randomFrom } from '#statistics/random';
import { findPython, withoutPython } from '../../python';

/** Whether each model is right on each image: by its ability, the image's ease, and luck. */
function drawn(seed: number, models: number, images: number): Int32Array[] {
  const random = randomFrom(seed, 'right');
  const ability = normals(random, models, 0.3, 0.6);
  const ease = normals(random, images, 0.5, 1);
  return Array.from(ability, (able) =>
    Int32Array.from(ease, (easy) => Number(able + easy + normals(random, 1, 0, 1)[0]! > 0)),
  );
}

function errorOf(right: readonly Int32Array[]): number {
  const images = right[0]!.length;
  const models = right.map((predictedClass, replicate) => ({
    ...{ variant: 'dense', sparsity: 0, replicate, predictedClass },
  }));
  const trueClass = new Int32Array(images).fill(1);
  return twoWayError(trueClass, models, Array.from(trueClass.keys()));
}

describe('twoWayError', () => {
  test('is what the mean squares of statsmodels give', {
    skip: withoutPython('statsmodels'),
  }, () => {
    const right = drawn(1, 7, 40);
    const program = `
import json, sys
import pandas
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
right = json.load(sys.stdin)
rows = [(m, i, y) for m, row in enumerate(right) for i, y in enumerate(row)]
frame = pandas.DataFrame(rows, columns=['model', 'image', 'y'])
table = anova_lm(ols('y ~ C(model) + C(image)', frame).fit())
squares = table.sum_sq / table.df
m, n = len(right), len(right[0])
rest = squares['Residual']
models, images = (squares['C(model)'] - rest) / n, (squares['C(image)'] - rest) / m
assert models > 0 and images > 0
print((models / m + images / n + rest / (m * n)) ** 0.5)`;
    const expected = Number(
      execFileSync(findPython('statsmodels')!, ['-c', program], {
        input: JSON.stringify(right.map((row) => [...row])),
        encoding: 'utf8',
      }),
    );
    assert.ok(Math.abs(errorOf(right) / expected - 1) < 1e-9, `${errorOf(right)} ${expected}`);
  });

  test('is how far the mean moves with other models and other images', () => {
    const populations = Array.from({ length: 400 }, (_, seed) => drawn(seed, 8, 50));
    const means = populations.map((right) => {
      const all = right.flatMap((row) => [...row]);
      return all.reduce((sum, y) => sum + y, 0) / all.length;
    });
    const squares = populations.map((right) => errorOf(right) ** 2);
    const error = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    // A standard deviation of 400 means is itself uncertain by 3.5%.
    const truth = sampleStandardDeviation(means);
    assert.ok(Math.abs(error / truth - 1) < 0.12, `${error} ${truth}`);
  });

  test('is NaN for one model or one image, and 0 where all are right', () => {
    assert.ok(Number.isNaN(errorOf([Int32Array.of(1, 0, 1)])));
    assert.ok(Number.isNaN(errorOf([Int32Array.of(1), Int32Array.of(0)])));
    assert.equal(errorOf([Int32Array.of(1, 1), Int32Array.of(1, 1)]), 0);
  });
});
