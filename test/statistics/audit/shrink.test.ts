import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { betweenVariance, shrunk } from '#statistics/audit/shrink';

interface Case {
  readonly effect: readonly number[];
  readonly variance: readonly number[];
  readonly between: number;
  readonly shrunk: readonly number[];
}

const GOLDEN = join(__dirname, '../../../../test/statistics/audit/golden/shrunk.json');
const cases: readonly Case[] = JSON.parse(readFileSync(GOLDEN, 'utf8'));

test('shrunk changes are those of statsmodels and numpy', () => {
  assert.ok(cases.some(({ between }) => between > 0.001));
  assert.ok(cases.some(({ between }) => between < 1e-4));
  for (const golden of cases) {
    const effects = golden.effect.map((effect, i) => ({ effect, variance: golden.variance[i]! }));
    assert.ok(Math.abs(betweenVariance(effects) - golden.between) < 1e-9);
    for (const [i, value] of shrunk(effects).entries())
      assert.ok(Math.abs(value - golden.shrunk[i]!) < 1e-9, `${value} is not ${golden.shrunk[i]}`);
  }
});

test('a class with few images is drawn further than one with many', () => {
  const [few, many] = shrunk([
    { effect: -0.3, variance: 0.01 },
    { effect: -0.3, variance: 0.0001 },
    ...Array.from({ length: 20 }, (_, i) => ({ effect: i % 2 ? 0.05 : -0.05, variance: 0.0005 })),
  ]);
  assert.ok(many! < few! && few! < 0, `${few}, ${many}`);
  assert.deepEqual(shrunk([{ effect: -0.3, variance: 0.01 }]), [-0.3]);
});
