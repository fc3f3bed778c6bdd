import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CORRUPTIONS, SEVERITIES } from '#statistics/analysis/corruptionNames';
import {
  type CorruptionErrorInput,
  meanCorruptionError,
} from '#statistics/analysis/meanCorruptionError';
import { OptionError } from '#statistics/errors';
import { variantOfSparsity } from '#statistics/predictions/variantName';

/** A level whose error is `error(corruption, severity)`, and `clean` on clean images. */
function level(
  sparsity: number,
  clean: number,
  error: (corruption: string, severity: number) => number,
): CorruptionErrorInput[] {
  const place = { variant: variantOfSparsity(sparsity), sparsity, baseline: 'dense' };
  return [
    { ...place, corruption: 'clean', severity: 0, top1: 1 - clean },
    ...[...CORRUPTIONS, 'spatter'].flatMap((corruption) =>
      SEVERITIES.map((severity) => ({
        ...{ ...place, corruption, severity },
        top1: 1 - error(corruption, severity),
      })),
    ),
  ];
}

const near = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);

describe('meanCorruptionError', () => {
  it('is AlexNet’s own errors for AlexNet', () => {
    // Hendrycks & Dietterich 2019, table 1: AlexNet's errors in per cent.
    const errors = [
      88.6, 89.4, 92.3, 82, 82.6, 78.6, 79.8, 86.7, 82.7, 81.9, 56.5, 85.3, 64.6, 71.8, 60.7,
    ];
    const rows = meanCorruptionError(
      level(0, 0.435, (name) => (errors[CORRUPTIONS.indexOf(name as 'fog')] ?? 50) / 100),
      { baseline: 'alexnet' },
    );
    assert.equal(rows[0]!.baseline, 'alexnet');
    assert.deepEqual(
      rows.map(({ corruption }) => corruption),
      [...CORRUPTIONS, 'mean'],
    );
    for (const row of rows) near(row.corruption_error, 1, 2e-3);
    for (const row of rows) near(row.relative_corruption_error, 1, 1e-2);
  });

  it('is 1 for the baseline itself, and sums errors over severities', () => {
    const error = fc.double({ min: 0.31, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(fc.array(error, { minLength: 150, maxLength: 150 }), (errors) => {
        const at = (shift: number) => (name: string, severity: number) =>
          errors[Math.max(0, CORRUPTIONS.indexOf(name as 'fog')) * 5 + severity - 1 + shift]!;
        const table = [...level(0, 0.2, at(0)), ...level(0.9, 0.3, at(75))];
        const rows = meanCorruptionError(table);
        for (const row of rows.filter(({ sparsity }) => sparsity === 0)) {
          near(row.corruption_error, 1);
          near(row.relative_corruption_error, 1);
        }
        const sum = (from: number) => errors.slice(from, from + 5).reduce((a, b) => a + b, 0);
        const first = rows.find(({ sparsity }) => sparsity === 0.9)!;
        near(first.corruption_error, sum(75) / sum(0), 1e-9);
        near(first.relative_corruption_error, (sum(75) - 1.5) / (sum(0) - 1), 1e-9);
      }),
    );
  });

  it('refuses a table with a row per model', () => {
    const models = [level(0, 0.2, () => 0.5), level(0, 0.3, () => 0.6)].flat();
    assert.throws(
      () => meanCorruptionError(models),
      (error: Error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, /more than one row of .*, of dense; expected one per variant/);
        return true;
      },
    );
  });

  it('names what a table lacks', () => {
    const table = level(0, 0.2, () => 0.5);
    assert.equal(meanCorruptionError(table).length, 16);
    const without = table.filter((row) => row.corruption !== 'fog' || row.severity !== 4);
    assert.throws(
      () => meanCorruptionError(without),
      (error: Error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, /lacks fog, severity 4, of dense; expected clean images and/);
        return true;
      },
    );
    assert.throws(
      () => meanCorruptionError(table, { baseline: 0.3 }),
      /baseline: 0\.3; expected a variant or a sparsity of: dense/,
    );
  });
});
