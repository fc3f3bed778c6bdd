import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ScoreRow, summarizeRobustness } from '#statistics/analysis/summarizeRobustness';
import { OptionError } from '#statistics/errors';
import { robustnessFigure } from '#statistics/figures/robustnessFigure';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

/** Fog costs the pruned models more than snow does, and less the severer it is. */
const scores = [0, 0.5, 0.9].flatMap((sparsity) => {
  const score = (corruption: string, severity: number, top1: number): ScoreRow => ({
    ...{ variant: variantOfSparsity(sparsity), sparsity, replicate: 0 },
    ...{ corruption, severity, n_images: 100 },
    ...{ top1, top5: (1 + top1) / 2 },
  });
  return [
    score('clean', 0, 0.8 - 0.1 * sparsity),
    ...[1, 2, 3, 4, 5].flatMap((severity) => [
      score('elastic_transform', severity, 0.7 - 0.05 * severity - 0.2 * sparsity),
      score('fog', severity, (0.6 - 0.1 * severity) * (1 - 0.5 * sparsity + 0.01 * severity)),
    ]),
    score('imagenet-a', 0, 0.1),
  ];
});
const rows = summarizeRobustness(scores);

interface Trace {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly text: string[];
  readonly error_x?: { readonly array: (number | null)[] };
}

test('a row per corruption, clean on top, then the one that costs most', () => {
  const figure = robustnessFigure(rows);
  assertSnapshot('robustnessFigure', figure);
  const [halfParts, mostParts, half, most] = figure.data as unknown as Trace[];
  assert.deepEqual([halfParts!.name, mostParts!.name], ['pruned 0.5', 'pruned 0.9']);
  assert.deepEqual([half!.name, most!.name], ['pruned 0.5', 'pruned 0.9']);
  assert.deepEqual(most!.text, ['clean', 'fog', 'elastic transform']);
  assert.deepEqual(
    most!.y.map((y) => Math.round(y + 1)),
    [3, 2, 1],
  );
  assert.ok(Math.abs(most!.x[0]! - (-0.09 / 0.8) * 100) < 1e-3);
  // A line would be an error, which the table has not; each severity is a small dot instead.
  for (const trace of [half!, most!]) assert.deepEqual(trace.error_x!.array, [null, null, null]);
  for (const name of ['fog', 'elastic transform']) {
    const parts = mostParts!.x.filter((_, i) => mostParts!.text[i] === name);
    const mean = parts.reduce((sum, x) => sum + x, 0) / 5;
    assert.equal(parts.length, 5);
    assert.ok(Math.abs(mean - most!.x[most!.text.indexOf(name)]!) < 1e-3);
  }
  assert.ok(!mostParts!.text.includes('clean'));
});

test('the sparser lies below the denser, and no two dots of a row on each other', () => {
  const [, , half, most] = robustnessFigure(rows).data as unknown as Trace[];
  half!.y.forEach((y, row) => {
    assert.ok(y > most!.y[row]! + 0.1, `${y} ${most!.y[row]}`);
  });
});

test('shows top-5 where asked', () => {
  const { data, layout } = robustnessFigure(rows, { accuracy: 'top5' });
  const [, , , most] = data as unknown as Trace[];
  assert.ok(Math.abs(most!.x[0]! - (-0.045 / 0.9) * 100) < 1e-3);
  assert.match(JSON.stringify(layout.xaxis), /top-5/);
});

test('a table without corruptions is an error that says so', () => {
  const natural = rows.filter((row) => row.severity === 0);
  assert.throws(() => robustnessFigure(natural), OptionError);
});
