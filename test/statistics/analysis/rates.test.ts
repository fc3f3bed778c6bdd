import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { calibration } from '#statistics/analysis/calibration';
import { churn } from '#statistics/analysis/churn';
import { enrichment } from '#statistics/analysis/enrichment';
import { findPIEs } from '#statistics/analysis/findPIEs';
import { imageAccuracy } from '#statistics/analysis/imageAccuracy';
import { perClassRates } from '#statistics/analysis/perClassRates';
import type { Predictions } from '#statistics/predictions/predictions';
import { randomFrom } from '#statistics/random';
import { findPython, withoutPython } from '../../python';

const near = (found: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

/** Two models a variant that label six images of three classes. */
const SMALL: Predictions = {
  imageIds: [10, 11, 12, 13, 14, 15],
  trueClass: Int32Array.of(0, 0, 1, 1, 2, 2),
  models: [
    ['dense', 0, [0, 0, 1, 1, 2, 2], [0.9, 0.9, 0.9, 0.9, 0.9, 0.9]],
    ['dense', 1, [0, 0, 1, 1, 2, 0], [0.8, 0.8, 0.8, 0.8, 0.8, 0.6]],
    ['int8', 0, [0, 1, 1, 1, 2, 2], [1, 0.5, 1, 1, 1, 1]],
    ['int8', 1, [0, 1, 1, 1, 1, 2], [1, 0.5, 1, 1, 0.5, 1]],
  ].map(([variant, replicate, labels, confidence]) => ({
    ...{ variant: variant as string, sparsity: Number.NaN, replicate: replicate as number },
    predictedClass: Int32Array.from(labels as number[]),
    confidence: Float32Array.from(confidence as number[]),
  })),
  groups: { half: ['a', 'b', 'a', 'b', 'a', 'b'] },
};

describe('perClassRates', () => {
  test('counts what is found and what is seen where it is not', () => {
    const rows = perClassRates(SMALL);
    const [dense0, , dense2, int0, int1, int2] = rows;
    assert.deepEqual([dense0!.recall, dense0!.precision], [1, (1 + 2 / 3) / 2]);
    near(dense0!.false_positive_rate, 1 / 8);
    near(dense2!.recall, 0.75);
    assert.deepEqual([int1!.recall, int1!.recall_change], [1, 0]);
    // Three of the first model's labels 1 are wrong once, of the second's four twice.
    near(int1!.precision, (2 / 3 + 2 / 4) / 2);
    near(int1!.false_positive_rate, (1 / 4 + 2 / 4) / 2);
    near(int0!.false_negative_rate, 0.5);
    near(int2!.precision_change, 0);
    near(int0!.false_positive_rate_change, -1 / 8);
  });

  test('are taken within the values of a group', () => {
    const rows = perClassRates(SMALL, { by: 'half' }).filter(({ variant }) => variant === 'int8');
    assert.deepEqual(
      rows.map((row) => [row.group, row.class, row.n_images, row.recall]),
      [
        ['a', 0, 1, 1],
        ['a', 1, 1, 1],
        ['a', 2, 1, 0.5],
        ['b', 0, 1, 0],
        ['b', 1, 1, 1],
        ['b', 2, 1, 1],
      ],
    );
  });
});

test('churn sets labels that differ beside those that differ within a variant', () => {
  const [row] = churn(SMALL);
  near(row!.baseline_within, 1 / 6);
  near(row!.variant_within, 1 / 6);
  // Pairs differ in 1, 2, 2 and 3 of 6 labels.
  near(row!.churn, 8 / 24);
  near(row!.lost, 6 / 24);
  near(row!.gained, 2 / 24);
});

test('calibration measures how far confidence is from accuracy', () => {
  const [dense, int8] = calibration(SMALL, { bins: 10 });
  // The first is right always and 90% sure; the second right on five at 80% and wrong on one at 60%.
  near(dense!.expected_calibration_error, (0.1 + (5 * 0.2 + 0.6) / 6) / 2, 1e-6);
  near(dense!.brier_score, (0.01 + (5 * 0.04 + 0.36) / 6) / 2, 1e-6);
  near(int8!.top1, (5 / 6 + 4 / 6) / 2);
  near(int8!.expected_calibration_error, (0.5 / 6 + (2 * 0.5) / 6) / 2, 1e-6);
  near(int8!.brier_score_change, int8!.brier_score - dense!.brier_score);
  const { confidence: _, ...unsure } = SMALL.models[0]!;
  assert.throws(() => calibration({ ...SMALL, models: [unsure, ...SMALL.models.slice(1)] }), {
    name: 'PredictionsError',
    message: /Replicate 0 of dense has no confidences/,
  });
});

test('findPIEs by taxicab takes the images whose votes differ most', () => {
  const rows = findPIEs(SMALL, { by: 'taxicab', count: 2 });
  assert.deepEqual(
    rows.map((row) => [row.image_id, row.distance]),
    // Image 11: 0 and 0 against 1 and 1; image 14: 2 and 2 against 2 and 1; 15: 2 and 0 against 2 and 2.
    [
      [11, 2],
      [14, 1],
    ],
  );
  const modal = findPIEs(SMALL).length;
  assert.equal(findPIEs(SMALL, { by: 'taxicab' }).length, modal);
});

describe('enrichment', () => {
  const random = randomFrom(1, 'enrichment');
  const images = Array.from({ length: 2000 }, (_, id) => {
    const stratum = Math.floor(random() * 5);
    return { id, stratum, isPie: random() < 0.1 * stratum, has: random() < 0.1 + 0.15 * stratum };
  });
  const pies = images
    .filter(({ isPie }) => isPie)
    .map(({ id }) => ({ variant: 'int8', sparsity: Number.NaN, baseline: 'dense', image_id: id }));
  const outcome = new Map(images.map(({ id, has }) => [id, has] as const));
  const matchedOn = new Map(images.map(({ id, stratum }) => [id, stratum] as const));

  test('is what statsmodels finds', { skip: withoutPython('statsmodels') }, () => {
    const program = `
import json, sys
import numpy
from scipy.stats import chi2, norm
from statsmodels.stats.contingency_tables import StratifiedTable
images = json.load(sys.stdin)
def table(chosen):
    n = lambda p, h: sum(i['isPie'] == p and i['has'] == h for i in chosen)
    return numpy.array([[n(True, True), n(True, False)], [n(False, True), n(False, False)]])
out = []
for strata in ([table(images)], [table([i for i in images if i['stratum'] == s]) for s in range(5)]):
    t = StratifiedTable([x for x in strata])
    # Its own interval rounds the quantile to 1.96.
    width = numpy.exp(norm.ppf(0.975) * t.logodds_pooled_se)
    out.append([t.oddsratio_pooled, t.oddsratio_pooled / width, t.oddsratio_pooled * width, chi2.sf(t.test_null_odds(correction=False).statistic, 1)])
print(json.dumps(out))`;
    const expected: number[][] = JSON.parse(
      execFileSync(findPython('statsmodels')!, ['-c', program], {
        ...{ input: JSON.stringify(images), encoding: 'utf8' },
      }),
    );
    enrichment(pies, outcome, { matchedOn }).forEach((row, i) => {
      const found = [row.odds_ratio, row.odds_ratio_low, row.odds_ratio_high, row.p_value];
      found.forEach((value, k) => {
        near(value / expected[i]![k]!, 1, 1e-9);
      });
    });
  });

  test('vanishes where images are matched on all that makes them PIEs', () => {
    const [crude, matched] = enrichment(pies, outcome, { matchedOn });
    assert.equal(crude!.comparison, 'crude');
    assert.ok(crude!.odds_ratio_low > 1.3, String(crude!.odds_ratio_low));
    assert.ok(matched!.odds_ratio_low < 1 && matched!.odds_ratio_high > 1);
    assert.deepEqual([crude!.n_strata, matched!.n_strata], [1, 4]);
    assert.equal(crude!.n_pies, pies.length);
    assert.equal(enrichment(pies, outcome).length, 1);
  });

  test('names what is missing', () => {
    assert.throws(() => enrichment(pies, new Map([['x', true]])), /no PIE of int8 is among the 1/);
    assert.throws(
      () => enrichment(pies, outcome, { matchedOn: new Map() }),
      /matchedOn: lacks image 0, of which the outcome is known/,
    );
    assert.throws(() => enrichment(pies, {} as typeof outcome), /outcome is not a Map/);
  });
});

test('imageAccuracy is the share of models that get an image right', () => {
  assert.deepEqual([...imageAccuracy(SMALL).values()], [1, 1, 1, 1, 1, 0.5]);
  assert.deepEqual([...imageAccuracy(SMALL, { variant: 'int8' }).values()], [1, 0, 1, 1, 0.5, 1]);
});
