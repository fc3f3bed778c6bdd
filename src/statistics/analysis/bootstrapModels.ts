import { mean, sampleStandardDeviation } from 'simple-statistics';
import { OptionError } from '../errors';
import {
  checkOption,
  checkOptions,
  checkPredictions,
  count,
  listOf,
  type OptionRules,
  required,
  SEED,
  TEXT,
} from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { randomFrom } from '../random';
import { objectsOf, type Table } from '../tables/schema';
import { variantsOf } from './variants';

/** Options of {@link bootstrapModels}. */
export interface BootstrapModelsOptions {
  /** Columns of the statistic whose spread is wanted. */
  readonly columns: readonly string[];
  /** Populations that are drawn. Default 200. */
  readonly samples?: number;
  /** Draws them. Default 0. */
  readonly seed?: number;
}

const RULES: OptionRules<BootstrapModelsOptions> = {
  columns: required(listOf(TEXT)),
  samples: count(2),
  seed: SEED,
};

/**
 * How much a statistic of a population would vary with the models that happened to be trained: the
 * bootstrap's standard error (Efron 1979). Populations are drawn from the one that is there, as many
 * models of each variant, with replacement; the images stay.
 *
 * A drawn population holds some models twice, so that its models agree more and its modal labels are
 * less settled than those of as many independent models: it counts more significant classes and
 * more PIEs. `_bias` tells how many more. Where it is as large as the standard error, the error says how
 * the count spreads, and an interval around the count would not be one of confidence.
 *
 * @param statistic one row per variant or class, the same rows for every population: `summarizeVariants`,
 *   or any aggregation of what the cells give
 * @returns the rows of the statistic of the population itself, with two columns for each of `columns`, over the
 *   drawn populations that have a number there: `<name>_se`, the sample standard deviation, and
 *   `<name>_bias`, their mean less the statistic. NaN where the statistic is, or fewer than two are
 *   numbers
 * @throws OptionError for fewer than two samples, a column that the statistic lacks, or a statistic
 *   whose number of rows varies
 */
export function bootstrapModels(
  predictions: Predictions,
  statistic: (population: Predictions) => Table<object>,
  options: BootstrapModelsOptions,
): Record<string, unknown>[] {
  checkPredictions('bootstrapModels', predictions);
  checkOption('statistic', statistic, typeof statistic === 'function', 'a function of predictions');
  const { columns, samples = 200, seed = 0 } = checkOptions('bootstrapModels', options, RULES);
  const whole = objectsOf(statistic(predictions));
  const names = Object.keys(whole[0] ?? {});
  for (const name of columns)
    checkOption(
      'columns',
      name,
      names.includes(name),
      `columns of the statistic: ${names.join(', ')}`,
    );
  const valuesOf = (rows: readonly Record<string, unknown>[]) => {
    if (rows.length !== whole.length)
      throw new OptionError(
        `statistic: ${rows.length} rows for a drawn population, ${whole.length} for the whole one; ` +
          'expected the same rows for every population.',
      );
    return columns.map((name) => rows.map((row) => row[name] as number));
  };
  const own = valuesOf(whole);
  const drawn = Array.from({ length: samples }, (_, sample) =>
    valuesOf(objectsOf(statistic(resample(predictions, seed, sample)))),
  );
  return whole.map((row, i) => ({
    ...row,
    ...Object.fromEntries(
      columns.flatMap((name, column) => {
        const values = drawn.map((sample) => sample[column]![i]!);
        const { se, bias } = spread(own[column]![i]!, values);
        return [
          [`${name}_se`, se],
          [`${name}_bias`, bias],
        ];
      }),
    ),
  }));
}

/** How drawn values spread, and what their mean is off by; those that are no numbers do not count. */
function spread(value: number, drawn: readonly number[]): { se: number; bias: number } {
  const known = drawn.filter(Number.isFinite);
  if (!Number.isFinite(value) || known.length < 2) return { se: Number.NaN, bias: Number.NaN };
  return { se: sampleStandardDeviation(known), bias: mean(known) - value };
}

/** As many models of each variant, drawn with replacement and numbered anew. */
function resample(predictions: Predictions, seed: number, sample: number): Predictions {
  const random = randomFrom(seed, 'bootstrap', sample);
  const models = variantsOf(predictions.models).flatMap((variant) =>
    variant.models.map((_, replicate): ModelPredictions => {
      const model = variant.models[Math.floor(random() * variant.models.length)]!;
      return { ...model, replicate };
    }),
  );
  return { ...predictions, models };
}
