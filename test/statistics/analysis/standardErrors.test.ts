import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleStandardDeviation } from 'simple-statistics';
import { findPIEs } from '#statistics/analysis/findPIEs';
import { modelAccuracy } from '#statistics/analysis/modelAccuracy';
import { standardErrors } from '#statistics/analysis/standardErrors';
import { summarizeVariants } from '#statistics/analysis/summarizeVariants';
import type { Predictions } from '#statistics/predictions/predictions';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { progress, setProgressSink } from '#statistics/progress';
import { normals, randomFrom } from '#statistics/random';

const POPULATION = simulatePredictions({
  ...{ numClasses: 10, imagesPerClass: 20, sparsities: [0, 0.9], replicates: 12 },
});
const columns = ['top1', 'n_pies'];

type Row = Record<string, number> & { variant: string };
const errorsOf = (
  statistic: Parameters<typeof standardErrors>[1],
  options: Parameters<typeof standardErrors>[2],
) => standardErrors(POPULATION, statistic, options) as unknown as Row[];

describe('standardErrors', () => {
  it('gives a mean the errors that the formulas give', () => {
    const samples = 1000;
    for (const row of errorsOf(summarizeVariants, { columns, samples })) {
      const models = modelAccuracy(POPULATION).filter(({ variant }) => variant === row.variant);
      const n = models.length;
      const overModels = sampleStandardDeviation(models.map(({ top1 }) => top1)) / Math.sqrt(n);
      // A standard deviation of 1,000 values is itself uncertain by 1/√2000, of which this is five.
      const near = (found: number, expected: number) =>
        assert.ok(
          Math.abs(found / expected - 1) < 5 / Math.sqrt(2 * samples),
          `${found} ${expected}`,
        );
      near(row.top1_se_models!, overModels);
      // Images of a class, each right by a share of the models; the classes are strata.
      const ofVariant = POPULATION.models.filter(({ variant }) => variant === row.variant);
      const shares = Array.from(
        POPULATION.trueClass,
        (label, i) =>
          ofVariant.reduce((sum, m) => sum + Number(m.predictedClass[i] === label), 0) / n,
      );
      const variance = Array.from({ length: 10 }, (_, label) => {
        const own = shares.filter((_, i) => POPULATION.trueClass[i] === label);
        const mean = own.reduce((a, b) => a + b, 0) / own.length;
        return own.reduce((sum, share) => sum + (share - mean) ** 2, 0) / own.length / own.length;
      }).reduce((a, b) => a + b, 0);
      near(row.top1_se_images!, Math.sqrt(variance / 100));
      assert.equal(row.top1_se, Math.hypot(row.top1_se_models!, row.top1_se_images!));
    }
  });

  it('tells how a count of PIEs varies between populations that were trained apart', () => {
    // Ten populations of the same kind: models of other seeds, the same images.
    const many = simulatePredictions({
      ...{ numClasses: 10, imagesPerClass: 60, sparsities: [0, 0.9], replicates: 240 },
    });
    const populations = Array.from({ length: 20 }, (_, k) => ({
      ...many,
      models: many.models.filter(({ replicate }) => replicate % 20 === k),
    }));
    const truth = sampleStandardDeviation(populations.map((p) => findPIEs(p).length));
    const count = (p: Predictions) => [{ n_pies: findPIEs(p).length }];
    const estimates = populations.slice(0, 6).map((population) => {
      const [row] = standardErrors(population, count, { columns: ['n_pies'], samples: 100 });
      return row!.n_pies_se_models as number;
    });
    const mean = estimates.reduce((a, b) => a + b, 0) / estimates.length;
    // A standard deviation of 20 counts is uncertain by 16%.
    assert.ok(Math.abs(mean / truth - 1) < 0.5, `${mean} ${truth}`);
  });

  it('holds the expected value within two errors in at least 95 of 100 populations', () => {
    // Other models on other images of the same five classes.
    const population = (seed: number): Predictions => {
      const random = randomFrom(seed, 'population');
      const trueClass = Int32Array.from({ length: 200 }, (_, i) => Math.floor(i / 40));
      const ease = normals(random, 200, 0.8, 1);
      const shift = normals(random, 200, 0.3, 0.4);
      const models = [0, 0.9].flatMap((sparsity) =>
        Array.from({ length: 10 }, (_, replicate) => {
          const luck = normals(random, 200, normals(random, 1, 0, 0.1)[0]!, 0.5);
          const predictedClass = trueClass.map((label, i) =>
            ease[i]! + luck[i]! > (sparsity > 0 ? shift[i]! : 0) ? label : (label + 1) % 5,
          );
          return { variant: `at ${sparsity}`, sparsity, replicate, predictedClass };
        }),
      );
      return { imageIds: [...trueClass.keys()], trueClass, models };
    };
    const statistic = (p: Predictions) => {
      const [before, now] = ['at 0', 'at 0.9'].map((variant) => {
        const own = modelAccuracy(p).filter((row) => row.variant === variant);
        return own.reduce((sum, { top1 }) => sum + top1, 0) / own.length;
      });
      return [{ n_pies: findPIEs(p).length, change: now! - before! }];
    };
    const names = ['n_pies', 'change'];
    const rows = Array.from({ length: 80 }, (_, seed) => {
      const options = { columns: names, samples: 40, seed };
      return standardErrors(population(seed), statistic, options)[0] as Record<string, number>;
    });
    for (const name of names) {
      const truth = rows.reduce((sum, row) => sum + row[name]!, 0) / rows.length;
      const held = rows.filter((row) => Math.abs(row[name]! - truth) <= 2 * row[`${name}_se`]!);
      // 95% of 80 populations has a standard error of 2.4 points.
      assert.ok(held.length / rows.length > 0.9, `${name}: ${held.length} of ${rows.length}`);
      // The errors are not too large either: half as long, lines miss many.
      const near = rows.filter((row) => Math.abs(row[name]! - truth) <= row[`${name}_se`]!);
      assert.ok(near.length / rows.length < 0.92, `${name}: ${near.length} of ${rows.length}`);
    }
  });

  it('shows its own progress alone', () => {
    const lines: string[] = [];
    const before = setProgressSink({ update: (line) => lines.push(line), done() {} });
    try {
      const chatty = () => {
        progress().update('of the statistic');
        return [{ n: 1 }];
      };
      standardErrors(POPULATION, chatty, { columns: ['n'], samples: 2 });
    } finally {
      setProgressSink(before);
    }
    assert.deepEqual(lines, [
      'standard errors over models: 1 of 2',
      'standard errors over models: 2 of 2',
      'standard errors over images: 1 of 2',
      'standard errors over images: 2 of 2',
    ]);
  });

  it('halves the models of each variant, repeats none, and keeps the images', () => {
    const seen: Predictions[] = [];
    const keep = (population: Predictions) => {
      seen.push(population);
      return summarizeVariants(population);
    };
    standardErrors(POPULATION, keep, { columns, samples: 3 });
    const halves = seen.slice(1, 4);
    for (const { models, trueClass } of halves) {
      assert.deepEqual(
        ['dense', 'pruned 0.9'].map((v) => models.filter(({ variant }) => variant === v).length),
        [6, 6],
      );
      assert.equal(new Set(models.map((model) => model.predictedClass)).size, 12);
      assert.equal(trueClass, POPULATION.trueClass);
    }
    for (const { models, trueClass } of seen.slice(4)) {
      assert.equal(models.length, POPULATION.models.length);
      assert.deepEqual(trueClass, POPULATION.trueClass);
    }
  });

  it('draws the same for the same seed, and otherwise for another', () => {
    const errors = (seed: number) =>
      errorsOf(summarizeVariants, { columns, samples: 10, seed }).map((row) => row.n_pies_se);
    assert.deepEqual(errors(1), errors(1));
    assert.notDeepEqual(errors(1), errors(2));
  });

  it('redraws confidences, top five and groups along with the images', () => {
    const images = 200;
    const ids = Int32Array.from({ length: images }, (_, i) => i);
    const model = (variant: string, replicate: number) => ({
      ...{ variant, sparsity: Number.NaN, replicate, predictedClass: ids },
      confidence: Float32Array.from(ids, (i) => i / 1000),
      top5: Int32Array.from({ length: 2 * images }, (_, k) => (k >> 1) + (k & 1)),
    });
    const marked: Predictions = {
      ...{ imageIds: [...ids], trueClass: new Int32Array(images) },
      models: ['a', 'b'].flatMap((variant) => [0, 1, 2, 3].map((r) => model(variant, r))),
      groups: { id: Array.from(ids, String) },
    };
    let checked = 0;
    const check = (p: Predictions) => {
      for (const { predictedClass, confidence, top5 } of p.models)
        for (let i = 0; i < images; i++) {
          const id = predictedClass[i]!;
          assert.equal(confidence![i], Math.fround(id / 1000));
          assert.deepEqual([top5![2 * i], top5![2 * i + 1]], [id, id + 1]);
          assert.equal(p.groups!.id![i], String(id));
          checked++;
        }
      return [{ n: 1 }];
    };
    standardErrors(marked, check, { columns: ['n'], samples: 2 });
    assert.ok(checked > 8 * images);
  });

  it('has none where the statistic is no number, and takes frames', () => {
    const some = (p: Predictions) => ({
      columns: ['change'],
      values: [[p === POPULATION ? Number.NaN : 1], [1]],
    });
    const table = standardErrors(POPULATION, some, { columns: ['change'], samples: 4 });
    assert.deepEqual(
      table.map((row) => row.change_se),
      [Number.NaN, 0],
    );
  });

  it('names what is wrong', () => {
    assert.throws(
      () => errorsOf(summarizeVariants, { columns: ['pies'] }),
      /columns: 'pies'; expected columns of the statistic: variant, sparsity/,
    );
    assert.throws(
      () => errorsOf(summarizeVariants, { columns, samples: 1 }),
      /samples: 1; expected a whole number, 2 or more/,
    );
    let rows = 0;
    assert.throws(
      () => errorsOf((p) => summarizeVariants(p).slice(0, ++rows), { columns, samples: 2 }),
      /2 rows for a drawn population, 1 for the whole one/,
    );
    const few = { ...POPULATION, models: POPULATION.models.filter((m) => m.replicate < 3) };
    assert.throws(
      () => standardErrors(few, summarizeVariants, { columns }),
      /dense has 3 models; expected at least 4 of each variant: they are halved, and each half needs two/,
    );
  });
});
