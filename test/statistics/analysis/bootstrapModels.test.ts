import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleStandardDeviation } from 'simple-statistics';
import { bootstrapModels } from '#statistics/analysis/bootstrapModels';
import { modelAccuracy } from '#statistics/analysis/modelAccuracy';
import { summarizeVariants } from '#statistics/analysis/summarizeVariants';
import type { Predictions } from '#statistics/predictions/predictions';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';

const POPULATION = simulatePredictions({
  ...{ numClasses: 10, imagesPerClass: 20, sparsities: [0, 0.9], replicates: 12 },
});
const columns = ['top1', 'n_pies'];

describe('bootstrapModels', () => {
  it('gives a mean the standard error that the formula gives', () => {
    const samples = 2000;
    const rows = bootstrapModels(POPULATION, (population) => summarizeVariants(population), {
      columns,
      samples,
    }) as unknown as { sparsity: number; top1: number; top1_se: number }[];
    for (const { sparsity, top1, top1_se } of rows) {
      const models = modelAccuracy(POPULATION).filter((row) => row.sparsity === sparsity);
      const n = models.length;
      const sd = sampleStandardDeviation(models.map((row) => row.top1));
      // Drawn from n values as from a population: its deviation is divided by n, not n − 1.
      const expected = (sd * Math.sqrt((n - 1) / n)) / Math.sqrt(n);
      // The standard deviation of 2,000 values is itself uncertain by 1/√4000, of which this is five.
      assert.ok(Math.abs(top1_se / expected - 1) < 5 / Math.sqrt(2 * samples), `${top1_se}`);
      assert.equal(top1, models.reduce((sum, row) => sum + row.top1, 0) / n);
    }
  });

  it('keeps the images and the number of models of each variant, each with a replicate of its own', () => {
    const seen: Predictions[] = [];
    const keep = (population: Predictions) => {
      seen.push(population);
      return summarizeVariants(population);
    };
    bootstrapModels(POPULATION, keep, { columns, samples: 5 });
    const identities = ({ models }: Predictions) => models.map((m) => [m.sparsity, m.replicate]);
    for (const population of seen) {
      assert.deepEqual(identities(population), identities(POPULATION));
      assert.equal(population.trueClass, POPULATION.trueClass);
      for (const model of population.models)
        assert.ok(
          POPULATION.models.some(
            ({ sparsity, predictedClass }) =>
              sparsity === model.sparsity && predictedClass === model.predictedClass,
          ),
        );
    }
    const drawn = new Set(seen[1]!.models.map((model) => model.predictedClass));
    assert.ok(drawn.size < POPULATION.models.length, 'some models are drawn twice');
  });

  it('draws the same for the same seed, and other populations for another', () => {
    const errors = (seed: number) =>
      bootstrapModels(POPULATION, summarizeVariants, { columns, samples: 10, seed }).map(
        (row) => row.n_pies_se,
      );
    assert.deepEqual(errors(1), errors(1));
    assert.notDeepEqual(errors(1), errors(2));
  });

  it('tells what drawing models twice does to a count: nothing to a mean, more PIEs', () => {
    const [dense, pruned] = bootstrapModels(POPULATION, summarizeVariants, {
      columns,
      samples: 400,
    }) as { top1_bias: number; top1_se: number; n_pies_bias: number }[];
    for (const { top1_bias, top1_se } of [dense!, pruned!])
      assert.ok(Math.abs(top1_bias) < (5 * top1_se) / Math.sqrt(400), String(top1_bias));
    assert.equal(dense!.n_pies_bias, 0);
    assert.ok(pruned!.n_pies_bias > 0);
  });

  it('has neither where the statistic is no number', () => {
    const columns = ['hurt_mean_change'];
    const some = (p: Predictions) => [
      { hurt_mean_change: p === POPULATION ? Number.NaN : 1 },
      { hurt_mean_change: 1 },
    ];
    const table = bootstrapModels(POPULATION, some, { columns, samples: 4 });
    assert.deepEqual(table, [
      {
        hurt_mean_change: Number.NaN,
        hurt_mean_change_se: Number.NaN,
        hurt_mean_change_bias: Number.NaN,
      },
      { hurt_mean_change: 1, hurt_mean_change_se: 0, hurt_mean_change_bias: 0 },
    ]);
  });

  it('takes a statistic that is a frame', () => {
    const frame = (p: Predictions) => ({
      columns: ['models', 'first'],
      values: [[p.models.length, p.models[0]!.predictedClass[0]]],
    });
    const [row] = bootstrapModels(POPULATION, frame, { columns: ['models'], samples: 4 });
    assert.deepEqual([row!.models, row!.models_se, row!.models_bias], [24, 0, 0]);
  });

  it('names what is wrong', () => {
    assert.throws(
      () => bootstrapModels(POPULATION, summarizeVariants, { columns: ['pies'] }),
      /columns: 'pies'; expected columns of the statistic: variant, sparsity/,
    );
    assert.throws(
      () => bootstrapModels(POPULATION, summarizeVariants, { columns, samples: 1 }),
      /samples: 1; expected a whole number, 2 or more/,
    );
    let rows = 0;
    assert.throws(
      () =>
        bootstrapModels(POPULATION, (p) => summarizeVariants(p).slice(0, ++rows), {
          columns,
          samples: 2,
        }),
      /2 rows for a drawn population, 1 for the whole one/,
    );
  });
});
