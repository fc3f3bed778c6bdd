import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { perCorruptionTTest } from '#statistics/analysis/perCorruptionTTest';
import type { ScoreRow } from '#statistics/analysis/summarizeRobustness';
import { OptionError, PredictionsError } from '#statistics/errors';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { randomFrom } from '#statistics/random';
import { findPython, withoutPython } from '../../python';

const random = randomFrom(1, 'scores');
const SCORES: ScoreRow[] = [0, 0.5, 0.9].flatMap((sparsity) =>
  Array.from({ length: 5 }, (_, replicate) => replicate).flatMap((replicate) => {
    const score = (corruption: string, severity: number, top1: number): ScoreRow => ({
      ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
      ...{ corruption, severity, n_images: 10_000, top5: 1 },
      top1: Math.round(1e4 * (top1 + 0.02 * random())) / 1e4,
    });
    return [
      score('clean', 0, 0.8 - 0.1 * sparsity),
      ...[1, 3, 5].flatMap((severity) => [
        score('fog', severity, 0.7 - 0.05 * severity - 0.1 * sparsity),
        score('snow', severity, 0.7 - 0.05 * severity - 0.2 * sparsity),
        score('glass_blur', severity, 0.5),
      ]),
    ];
  }),
);

describe('perCorruptionTTest', () => {
  it('tells which corruption costs a variant more, and which less', () => {
    const rows = perCorruptionTTest(SCORES).filter((row) => row.sparsity === 0.9);
    assert.deepEqual(
      rows.map(({ corruption, direction, n_baseline, n_variant, n_images }) => [
        ...[corruption, direction, n_baseline, n_variant, n_images],
      ]),
      [
        ['fog', 'none', 5, 5, 10_000],
        ['snow', 'hurt', 5, 5, 10_000],
        ['glass_blur', 'helped', 5, 5, 10_000],
      ],
    );
    const [, snow] = rows;
    assert.ok(Math.abs(snow!.excess_change - -0.09) < 0.02, String(snow!.excess_change));
    assert.ok(snow!.statistic > 0 && snow!.p_value < 1e-3);
    assert.ok(Math.abs(snow!.standard_error * snow!.statistic + snow!.excess_change) < 1e-12);
  });

  it('agrees with scipy, model by model', { skip: withoutPython('scipy') }, () => {
    const program = `
import json, math, sys
from collections import defaultdict
from statistics import mean
from scipy import stats
clean, corrupted = {}, defaultdict(list)
for r in json.load(sys.stdin):
    model = (r["sparsity"], r["replicate"])
    if r["corruption"] == "clean": clean[model] = r["top1"]
    else: corrupted[(r["corruption"],) + model].append(r["top1"])
def logit(top1, n):
    return math.log((top1 * n + 0.5) / (n - top1 * n + 0.5))
def change(measure, before, after):
    if measure == "logit": return mean(logit(a, 10000) for a in after) - logit(before, 10000)
    return mean(after) / before - 1 if measure == "relative" else mean(after) - before
def changes(name, level, measure):
    return [change(measure, clean[k[1:]], v) for k, v in corrupted.items() if k[:2] == (name, level)]
print(json.dumps([
    list(stats.ttest_ind(changes(c, 0, m), changes(c, s, m), equal_var=False))
    for m in ['difference', 'relative', 'logit'] for s in [0.5, 0.9] for c in ["fog", "snow", "glass_blur"]]))`;
    const input = JSON.stringify(SCORES);
    const expected: number[][] = JSON.parse(
      execFileSync(findPython('scipy')!, ['-c', program], { input, encoding: 'utf8' }),
    );
    const rows = (['difference', 'relative', 'logit'] as const).flatMap((measure) =>
      perCorruptionTTest(SCORES, { measure }),
    );
    assert.equal(rows.length, expected.length);
    rows.forEach((row, i) => {
      const [statistic, pValue] = expected[i] as [number, number];
      assert.ok(Math.abs(row.statistic - statistic) < 1e-9 * Math.abs(statistic));
      assert.ok(Math.abs(row.p_value - pValue) < 1e-9);
    });
  });

  it('finds nothing where all models do the same, however it is summed up', () => {
    const same = (sparsity: number, replicates: number, severities: number[]): ScoreRow[] =>
      Array.from({ length: replicates }, (_, replicate) => replicate).flatMap((replicate) =>
        [0, ...severities].map((severity) => ({
          ...{ variant: variantOfSparsity(sparsity), sparsity, replicate, severity },
          ...{ corruption: severity === 0 ? 'clean' : 'fog', n_images: 100, top5: 1 },
          ...{ top1: severity === 0 ? 0.5 : severity === 1 ? 0.31 : 0.29 },
        })),
      );
    for (const measure of ['difference', 'relative', 'logit'] as const) {
      const [row] = perCorruptionTTest([...same(0, 30, [1, 2, 3]), ...same(0.9, 20, [2, 3, 1])], {
        measure,
      });
      assert.deepEqual(
        [row!.statistic, row!.p_value, row!.standard_error, row!.direction],
        [Number.NaN, Number.NaN, 0, 'none'],
      );
    }
  });

  it('says by which measure, and takes a frame', () => {
    const names = Object.keys(SCORES[0]!) as (keyof ScoreRow)[];
    const frame = { columns: names, values: SCORES.map((row) => names.map((name) => row[name])) };
    const rows = perCorruptionTTest(frame, { measure: 'relative' });
    assert.deepEqual(rows, perCorruptionTTest(SCORES, { measure: 'relative' }));
    assert.deepEqual(new Set(rows.map((row) => row.measure)), new Set(['relative']));
  });

  it('names what is wrong', () => {
    const throws = (
      scores: ScoreRow[],
      options: object,
      pattern: RegExp,
      type = PredictionsError,
    ) =>
      assert.throws(
        () => perCorruptionTTest(scores, options),
        (error: Error) => {
          assert.ok(error instanceof type);
          assert.match(error.message, pattern);
          return true;
        },
      );
    throws(SCORES, { alpha: 2 }, /alpha: 2/, OptionError);
    throws(
      SCORES,
      { measure: 'ratio' },
      /measure: 'ratio'; expected one of difference, relative, logit/,
      OptionError,
    );
    throws(
      SCORES,
      { baseline: 0.3 },
      /baseline: 0\.3; expected a variant or a sparsity of: dense, pruned 0\.5, pruned 0\.9/,
      OptionError,
    );
    throws(
      SCORES.filter((row) => row.sparsity === 0 || row.replicate === 0),
      {},
      /pruned 0.5 has 1 model/,
    );
    throws(
      SCORES.filter((row) => row.corruption !== 'clean' || row.replicate > 0),
      {},
      /Replicate 0 of dense has 0 scores of clean images and 3 of fog; expected 1 and 3/,
    );
  });
});
