import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { adjustPValues, welchTTest } from '#statistics/analysis/tTest';
import { randomFrom } from '#statistics/random';
import { findPython, withoutPython } from '../../python';

function assertClose(actual: number, expected: number, tolerance = 1e-9): void {
  assert.ok(
    Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance * Math.abs(expected),
    `${actual} is not ${expected} within ${tolerance} of it`,
  );
}

const repeated = (values: number[], times: number) => Array<number[]>(times).fill(values).flat();

describe('welchTTest', () => {
  /** Two samples, and the statistic and p-value that scipy 1.17 gives for them. */
  const cases: [number[], number[], number, number][] = [
    [[1, 2, 3, 4], [2, 2, 5, 9, 1], -0.8130294884889123, 0.45033929959369107],
    [[0.5, 0.5, 0.5], [0.25, 0.5, 0.75], 0, 1],
    [[1e6, 1e6 + 1, 1e6 + 2, 1e6 + 1], [1, 2, 3], 1414212.1481595326, 9.73182498455814e-24],
    [
      repeated([0.9, 0.91, 0.89, 0.9, 0.92], 6),
      repeated([0.5, 0.52, 0.49, 0.5, 0.51], 6),
      149.35759876113525,
      1.048148975639087e-76,
    ],
  ];
  for (const [a, b, statistic, pValue] of cases)
    test(`gives t = ${statistic}, p = ${pValue}`, () => {
      const result = welchTTest(Float64Array.from(a), Float64Array.from(b));
      assertClose(result.statistic, statistic);
      assertClose(result.pValue, pValue);
    });

  test('knows samples without variance', () => {
    const of = (...values: number[]) => Float64Array.from(values);
    const expected = (statistic: number, pValue: number) => ({
      statistic,
      pValue,
      standardError: 0,
    });
    assert.deepEqual(welchTTest(of(2, 2), of(1, 1, 1)), expected(Infinity, 0));
    assert.deepEqual(welchTTest(of(1, 1), of(2, 2, 2)), expected(-Infinity, 0));
    assert.deepEqual(welchTTest(of(2, 2), of(2, 2, 2)), expected(NaN, NaN));
    // Three tenths are not three times one tenth: a mean of them rounds.
    const tenths = (n: number) => new Float64Array(n).fill(0.1);
    assert.deepEqual(welchTTest(tenths(3), tenths(7)), expected(NaN, NaN));
    assert.deepEqual(welchTTest(of(0.3, 0.3, 0.3), tenths(7)), expected(Infinity, 0));
  });

  test('agrees with scipy on random samples', { skip: withoutPython('scipy') }, () => {
    const random = randomFrom(1, 'welch');
    const samples = Array.from({ length: 200 }, () =>
      [0, 1].map((side) =>
        Array.from(
          { length: 2 + Math.floor(random() * 29) },
          () => side * random() ** 4 * 10 + random(),
        ),
      ),
    );
    const program = `
import json, sys
from scipy import stats
tests = [stats.ttest_ind(a, b, equal_var=False) for a, b in json.load(sys.stdin)]
print(json.dumps([[t.statistic, t.pvalue] for t in tests]))`;
    const input = JSON.stringify(samples);
    const expected = JSON.parse(
      execFileSync(findPython('scipy')!, ['-c', program], { input, encoding: 'utf8' }),
    );
    samples.forEach(([a, b], i) => {
      const { statistic, pValue } = welchTTest(Float64Array.from(a!), Float64Array.from(b!));
      assertClose(statistic, expected[i][0]);
      assertClose(pValue, expected[i][1]);
    });
  });
});

describe('adjustPValues', () => {
  test("gives what scipy's false_discovery_control gives", () => {
    const expected = [0.03, 0.048, 0.048, 0.03, 0.5, 0.048];
    adjustPValues([0.01, 0.04, 0.03, 0.005, 0.5, 0.04]).forEach((p, i) => {
      assertClose(p, expected[i]!);
    });
  });

  test('passes over what no test gave', () => {
    assert.deepEqual(adjustPValues([NaN, 0.02, 0.5, NaN]), [NaN, 0.04, 0.5, NaN]);
    assert.deepEqual(adjustPValues([]), []);
  });
});
