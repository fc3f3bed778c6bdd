import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { flips } from '#statistics/analysis/flips';
import { mcnemar, minDetectableChange, pairedInterval } from '#statistics/analysis/mcnemar';
import { perClassFlips } from '#statistics/analysis/perClassFlips';
import { perClassTTest } from '#statistics/analysis/perClassTTest';
import type { Predictions } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { normals, randomFrom } from '#statistics/random';
import { findPython, withoutPython } from '../../python';
import { populations } from './populations';

const GOLDEN = join(__dirname, '../../../../test/statistics/analysis/golden/pair');
const golden = JSON.parse(readFileSync(join(GOLDEN, 'pair.json'), 'utf8')) as {
  all: Record<string, number>;
  classes: Record<string, number>[];
};

function assertHas(row: object, expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = row[name as keyof typeof row] as number;
    assert.ok(Math.abs(found - value) <= 1e-9 * Math.min(1, Math.abs(value)), `${name}: ${found}`);
  }
}

/** A baseline and an int8 model, each one list of labels; all images are of class 0 or of two. */
function pair(
  baseline: readonly number[],
  variant: readonly number[],
  trueClass: readonly number[] = baseline.map(() => 0),
): Predictions {
  const model = (name: string, labels: readonly number[]) => ({
    ...{ variant: name, sparsity: Number.NaN, replicate: 0 },
    predictedClass: Int32Array.from(labels),
  });
  return {
    imageIds: baseline.map((_, i) => i),
    trueClass: Int32Array.from(trueClass),
    models: [model('dense', baseline), model('int8', variant)],
  };
}

describe('flips and perClassFlips', () => {
  test('give the golden figures, of scipy, to 1e-9', async () => {
    const predictions = await readPredictions(join(GOLDEN, 'pair.csv'));
    const [row, another] = flips(predictions);
    assert.equal(another, undefined);
    assert.deepEqual([row!.variant, row!.baseline, row!.replicate], ['int8', 'fp32', 0]);
    assertHas(row!, golden.all);
    assert.equal(row!.verdict, 'BLOCK');
    assert.ok(Number.isNaN(row!.expected_changed));
    const classes = perClassFlips(predictions);
    assert.equal(classes.length, golden.classes.length);
    classes.forEach((found, i) => {
      assertHas(found, golden.classes[i]!);
      assert.equal(found.significant, found.p_adjusted <= 0.05);
      const side = found.change < 0 ? 'hurt' : 'helped';
      assert.equal(found.direction, found.significant ? side : 'none');
    });
  });

  test('agree with scipy on the test', { skip: withoutPython('scipy') }, () => {
    const random = randomFrom(1, 'mcnemar');
    const counts = Array.from({ length: 200 }, (_, i) => {
      const most = 10 ** (1 + (i % 4));
      return [Math.floor(random() * most), Math.floor(random() * most)] as const;
    });
    const program = `
import json, sys
from scipy.stats import binomtest
print(json.dumps([binomtest(min(a, b), a + b, 0.5).pvalue if a + b else 1
  for a, b in json.load(sys.stdin)]))`;
    const input = JSON.stringify(counts);
    const expected: number[] = JSON.parse(
      execFileSync(findPython('scipy')!, ['-c', program], { input, encoding: 'utf8' }),
    );
    counts.forEach(([lost, gained], i) => {
      assertHas({ p: mcnemar(lost, gained) }, { p: expected[i]! });
    });
  });

  test('count images of all classes together as class by class', () => {
    fc.assert(
      fc.property(populations, (predictions) => {
        const classes = perClassFlips(predictions);
        for (const row of flips(predictions)) {
          const here = classes.filter(
            ({ variant, replicate }) => variant === row.variant && replicate === row.replicate,
          );
          for (const count of ['n_images', 'lost', 'gained', 'changed'] as const)
            assert.equal(
              here.reduce((sum, part) => sum + part[count], 0),
              row[count],
            );
          assert.ok(row.lost + row.gained <= row.changed && row.changed <= row.n_images);
        }
      }),
    );
  });

  test('compare replicate by replicate, or with the only model of the baseline', () => {
    const two = pair([0, 0, 1], [0, 1, 1]);
    const [dense, int8] = two.models as [(typeof two.models)[0], (typeof two.models)[0]];
    const again = { ...int8, replicate: 4, predictedClass: Int32Array.of(0, 0, 0) };
    const rows = flips({ ...two, models: [dense, int8, again] });
    assert.deepEqual(
      rows.map(({ replicate, lost, gained, changed }) => [replicate, lost, gained, changed]),
      [
        [0, 1, 0, 1],
        [4, 0, 1, 1],
      ],
    );
    const second = { ...dense, replicate: 4, predictedClass: Int32Array.of(0, 1, 1) };
    const paired = flips({ ...two, models: [dense, second, int8, again] });
    assert.deepEqual(
      paired.map(({ lost, gained, changed, expected_changed }) => [
        ...[lost, gained, changed, expected_changed],
      ]),
      [
        [1, 0, 1, 1],
        [0, 2, 2, 1],
      ],
    );
    const alone = { ...int8, replicate: 9 };
    assert.throws(() => flips({ ...two, models: [dense, second, alone] }), {
      name: 'PredictionsError',
      message: /Replicate 9 of int8 has no counterpart: dense has replicates 0, 4/,
    });
  });

  test('take groups of images in the place of classes', () => {
    const predictions: Predictions = {
      ...pair([0, 0, 0, 0], [1, 1, 0, 0]),
      groups: { sex: ['m', 'm', 'f', 'f'], age: [31, 9, 31, 9] },
    };
    const by = (name: string) =>
      perClassFlips(predictions, { by: name }).map((row) => [row.class, row.class_name, row.lost]);
    assert.deepEqual(by('sex'), [
      [0, 'f', 0],
      [1, 'm', 2],
    ]);
    assert.deepEqual(by('age'), [
      [0, '9', 1],
      [1, '31', 1],
    ]);
    assert.throws(
      () => by('height'),
      /by: 'height'; expected class, or a group .*: class, sex, age/,
    );
  });
});

describe('the verdict', () => {
  /** n images of each of two classes, of which so many are lost, and no others change. */
  const lost = (n: number, first: number, second: number): Predictions => {
    const labels = [...Array<number>(n).fill(0), ...Array<number>(n).fill(1)];
    const changed = labels.map((label, i) => (i % n < (label === 0 ? first : second) ? 7 : label));
    return pair(labels, changed, labels);
  };
  const verdict = (predictions: Predictions, options = {}) =>
    flips(predictions, options)[0]!.verdict;

  test('is BLOCK where the whole interval lies below the limit', () => {
    assert.equal(verdict(lost(1000, 60, 60)), 'BLOCK');
    assert.equal(verdict(lost(1000, 60, 60), { maxDrop: 0.2, maxClassDrop: 0.2 }), 'WARN');
  });

  test('is BLOCK where one class is hurt by more than it may be', () => {
    assert.equal(verdict(lost(1000, 60, 0), { maxDrop: 0.1 }), 'BLOCK');
    assert.equal(verdict(lost(1000, 40, 0), { maxDrop: 0.1 }), 'WARN');
  });

  test('is BLOCK where one group is', () => {
    const predictions = lost(1000, 30, 30);
    const worst = Array.from({ length: 2000 }, (_, i) => (i % 1000 < 60 ? 'hurt' : 'other'));
    const options = { maxDrop: 0.1, maxClassDrop: 0.1 };
    assert.equal(verdict(predictions, options), 'WARN');
    assert.equal(verdict({ ...predictions, groups: { kind: worst } }, options), 'BLOCK');
  });

  test('is INCONCLUSIVE where the images are too few to tell', () => {
    assert.equal(verdict(lost(50, 1, 0)), 'INCONCLUSIVE');
    assert.equal(verdict(lost(50, 0, 0)), 'INCONCLUSIVE');
  });

  test('is PASS where nothing is lost beyond chance', () => {
    assert.equal(verdict(lost(2000, 2, 1)), 'PASS');
    assert.equal(verdict(lost(2000, 0, 0)), 'PASS');
  });
});

describe('the direction', () => {
  test('is none where nothing moved, however large alpha is', () => {
    const still = pair([0, 0, 1, 1], [0, 1, 1, 0], [1, 0, 1, 0]);
    for (const row of [...flips(still, { alpha: 1 }), ...perClassFlips(still, { alpha: 1 })])
      assert.deepEqual([row.change, row.significant, row.direction], [0, true, 'none']);
  });
});

describe('pairedInterval', () => {
  test('holds the true change in about 95 of 100 samples', () => {
    const random = randomFrom(2, 'interval');
    const [images, loses, gains] = [400, 0.06, 0.02];
    let hits = 0;
    for (let sample = 0; sample < 2000; sample++) {
      let [lost, gained] = [0, 0];
      for (let i = 0; i < images; i++) {
        const draw = random();
        if (draw < loses) lost++;
        else if (draw < loses + gains) gained++;
      }
      const { low, high } = pairedInterval(lost, gained, images);
      hits += Number(low <= gains - loses && gains - loses <= high);
    }
    // A standard error of 0.5 points.
    assert.ok(Math.abs(hits / 2000 - 0.95) < 0.02, String(hits / 2000));
  });
});

describe('minDetectableChange', () => {
  test('is found by the test in 80 of 100 samples', () => {
    const [images, discordant] = [1000, 80];
    const change = minDetectableChange(discordant, images, 0.05);
    const random = randomFrom(3, 'power');
    const rate = discordant / images;
    const loses = (rate + change) / 2;
    let found = 0;
    for (let sample = 0; sample < 2000; sample++) {
      let [lost, gained] = [0, 0];
      for (let i = 0; i < images; i++) {
        const draw = random();
        if (draw < loses) lost++;
        else if (draw < rate) gained++;
      }
      found += Number(mcnemar(lost, gained) <= 0.05);
    }
    assert.ok(Math.abs(found / 2000 - 0.8) < 0.04, String(found / 2000));
  });

  test('agrees with the normal approximation where there are many images', () => {
    // Connor 1987, solved for the difference.
    const approximate = (rate: number, n: number) => {
      const [a, b] = [1.959964, 0.841621];
      let d = 0;
      for (let i = 0; i < 100; i++)
        d = (a * Math.sqrt(rate) + b * Math.sqrt(rate - d * d)) / Math.sqrt(n);
      return d;
    };
    for (const [discordant, images] of [
      [5000, 50_000],
      [1500, 10_000],
    ] as const) {
      const exact = minDetectableChange(discordant, images, 0.05);
      const about = approximate(discordant / images, images);
      assert.ok(Math.abs(exact / about - 1) < 0.03, `${exact} ${about}`);
    }
  });

  test('is NaN where even the loss of all that changed would not be found', () => {
    assert.ok(Number.isNaN(minDetectableChange(0, 1000, 0.05)));
    assert.ok(Number.isNaN(minDetectableChange(3, 1000, 0.05)));
    assert.ok(minDetectableChange(20, 1000, 0.05) <= 0.02);
  });
});

describe('perClassTTest of other scales, pairs and groups', () => {
  const images = 200;
  /** Models whose classes are right by a chance each, and their compressed versions. */
  const compressed = (seed = 5): Predictions => {
    const random = randomFrom(seed, 'scale');
    const trueClass = Int32Array.from({ length: 3 * images }, (_, i) => Math.floor(i / images));
    const models = Array.from({ length: 8 }, (_, replicate) => {
      const ability = normals(random, 1, 0, 0.3)[0]!;
      return [0, -0.5].map((shift) => ({
        ...{ variant: shift === 0 ? 'dense' : 'int8', sparsity: Number.NaN, replicate },
        predictedClass: trueClass.map((label) => {
          const logit = [-0.5, 1, 2.5][label]! + ability + shift;
          return random() < 1 / (1 + Math.exp(-logit)) ? label : 3;
        }),
      }));
    }).flat();
    return {
      ...{ imageIds: [...trueClass.keys()], trueClass, models },
      groups: { parity: Array.from(trueClass, (_, i) => (i % 2 === 0 ? 'even' : 'odd')) },
    };
  };

  test('agree with scipy', { skip: withoutPython('scipy') }, () => {
    const predictions = compressed();
    const program = `
import json, sys
import numpy
from scipy import stats
p = json.load(sys.stdin)
truth, pred = numpy.array(p['truth']), numpy.array(p['pred'])
variant, groups = numpy.array(p['variant']), numpy.array(p['groups'])
right = pred == truth
logit = lambda k, n: numpy.log((k + 0.5) / (n - k + 0.5))
def values(part, v, normalize, parts):
    r = right[variant == v]
    of = lambda part: logit(r[:, part].sum(axis=1), part.sum())
    top = logit(r.sum(axis=1), right.shape[1])
    all = numpy.mean([of(p) for p in parts])
    return of(part) - {'population': top.mean(), 'model': top, 'classes': all}[normalize]
out = []
for parts in ([truth == c for c in range(3)], [groups == g for g in ('even', 'odd')]):
    for normalize in ('population', 'model', 'classes'):
        for paired in (False, True):
            for part in parts:
                a, b = (values(part, v, normalize, parts) for v in ('dense', 'int8'))
                t = stats.ttest_rel(a, b) if paired else stats.ttest_ind(a, b, equal_var=False)
                out.append([t.statistic, t.pvalue, b.mean() - a.mean()])
print(json.dumps(out))`;
    const input = JSON.stringify({
      truth: [...predictions.trueClass],
      pred: predictions.models.map((model) => [...model.predictedClass]),
      variant: predictions.models.map((model) => model.variant),
      groups: predictions.groups!.parity,
    });
    const expected: [number, number, number][] = JSON.parse(
      execFileSync(findPython('scipy')!, ['-c', program], { input, encoding: 'utf8' }),
    );
    const rows = ['class', 'parity'].flatMap((by) =>
      (['population', 'model', 'classes'] as const).flatMap((normalize) =>
        (['independent', 'replicate'] as const).flatMap((pairing) =>
          perClassTTest(predictions, { by, normalize, pairing, scale: 'logit' }),
        ),
      ),
    );
    assert.equal(rows.length, expected.length);
    rows.forEach((row, i) => {
      const [statistic, p_value, normalized_change] = expected[i]!;
      assertHas(row, { statistic, p_value });
      assert.ok(Math.abs(row.normalized_change - normalized_change) < 1e-12);
    });
  });

  test('find no class hurt on logits where all lose alike, and the easy spared in points', () => {
    const predictions = compressed();
    const easy = perClassTTest(predictions, { pairing: 'replicate' }).at(-1)!;
    assert.equal(easy.direction, 'helped');
    for (const row of perClassTTest(predictions, { pairing: 'replicate', scale: 'logit' }))
      assert.ok(row.p_adjusted > 0.01, JSON.stringify(row));
  });

  test('find a class in 5 of 100 where the logits of all fall alike, beside the mean of the classes', () => {
    const share = (normalize: 'classes' | 'population') => {
      const rows = Array.from({ length: 100 }, (_, seed) =>
        perClassTTest(compressed(seed), { pairing: 'replicate', scale: 'logit', normalize }),
      ).flat();
      return rows.filter(({ p_value }) => p_value <= 0.05).length / rows.length;
    };
    // Of 300 tests, three of a population: a standard error of 1.3 points if they were independent.
    assert.ok(share('classes') < 0.1, String(share('classes')));
    // The logit of top-1 falls less than those of the classes, which all seem hurt.
    assert.ok(share('population') > 0.15, String(share('population')));
    assert.throws(() => perClassTTest(compressed(), { normalize: 'classes' }), {
      name: 'OptionError',
      message: /normalize: 'classes'; expected population or model, or scale: 'logit'/,
    });
  });

  test('keep the rows of single models, without a test', () => {
    const rows = perClassTTest(pair([0, 0, 1, 1], [0, 1, 1, 0], [0, 0, 1, 1]));
    assert.deepEqual(
      rows.map((row) => [row.absolute_change, row.normalized_change, row.p_value, row.direction]),
      [
        [-0.5, 0, Number.NaN, 'none'],
        [-0.5, 0, Number.NaN, 'none'],
      ],
    );
  });

  test('refuse pairs that are none', () => {
    const predictions = compressed();
    const fewer = { ...predictions, models: predictions.models.slice(1) };
    assert.throws(() => perClassTTest(fewer, { pairing: 'replicate' }), {
      name: 'PredictionsError',
      message: /pairs models of int8 with models of dense by their replicates, which are 0, 1, /,
    });
  });
});
