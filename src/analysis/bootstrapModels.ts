import { DataFrame } from 'danfojs-node';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { OptionError } from '../errors';
import { checkCount } from '../options';
import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { randomFrom } from '../random';
import { groupBy } from './groupBy';

/** Options of {@link bootstrapModels}. */
export interface BootstrapModelsOptions {
  /** Columns of the statistic whose spread is wanted. */
  readonly columns: readonly string[];
  /** Populations that are drawn. Default 200. */
  readonly samples?: number;
  /** Draws them. Default 0. */
  readonly seed?: number;
}

/**
 * How much a statistic of a population would vary with the models that happened to be trained: the
 * bootstrap's standard error (Efron 1979). Populations are drawn from the one that is there, as many
 * models at each sparsity, with replacement; the images stay.
 *
 * A drawn population holds some models twice, so that its models agree more and its modal labels are
 * less settled than those of as many independent models: it counts more significant classes and
 * more PIEs. `_bias` tells how many more. Where it is as large as the standard error, the error says how
 * the count spreads, and an interval around the count would not be one of confidence.
 *
 * @param statistic one row per level or class, the same rows for every population: `summarizeLevels`,
 *   or any aggregation of what the cells give
 * @returns the statistic of the population itself, with two columns for each of `columns`, over the
 *   drawn populations that have a number there: `<name>_se`, the sample standard deviation, and
 *   `<name>_bias`, their mean less the statistic. NaN where the statistic is, or fewer than two are
 *   numbers
 * @throws OptionError for fewer than two samples, a column that the statistic lacks, or a statistic
 *   whose number of rows varies
 */
export function bootstrapModels(
  predictions: Predictions,
  statistic: (population: Predictions) => DataFrame,
  { columns, samples = 200, seed = 0 }: BootstrapModelsOptions,
): DataFrame {
  checkCount('samples', samples, 2);
  const whole = statistic(predictions);
  const valuesOf = (frame: DataFrame) => {
    if (frame.shape[0] !== whole.shape[0])
      throw new OptionError(
        `statistic: ${frame.shape[0]} rows for a drawn population, ${whole.shape[0]} for the whole ` +
          'one; expected the same rows for every population.',
      );
    return columns.map((name) => frame.column(name).values as number[]);
  };
  for (const name of columns)
    if (!whole.columns.includes(name))
      throw new OptionError(
        `columns: the statistic has no '${name}'; it has ${whole.columns.join(', ')}.`,
      );

  const drawn = Array.from({ length: samples }, (_, sample) =>
    valuesOf(statistic(resample(predictions, seed, sample))),
  );
  const own = valuesOf(whole);
  const spreads = columns.flatMap((name, column) => {
    const rows = own[column]!.map((value, row) => {
      const values = drawn.map((values) => values[column]![row]!).filter(Number.isFinite);
      const known = Number.isFinite(value) && values.length > 1;
      return known
        ? { se: sampleStandardDeviation(values), bias: mean(values) - value }
        : { se: Number.NaN, bias: Number.NaN };
    });
    return (['se', 'bias'] as const).map((kind) => ({
      name: `${name}_${kind}`,
      values: rows.map((row) => row[kind]),
    }));
  });
  return new DataFrame(
    (whole.values as unknown[][]).map((row, i) => [
      ...row,
      ...spreads.map(({ values }) => values[i]),
    ]),
    {
      columns: [...whole.columns, ...spreads.map(({ name }) => name)],
      dtypes: [...whole.dtypes, ...spreads.map(() => 'float32')],
    },
  );
}

/** As many models of each sparsity, drawn with replacement and numbered anew. */
function resample(predictions: Predictions, seed: number, sample: number): Predictions {
  const random = randomFrom(seed, 'bootstrap', sample);
  const levels = groupBy(predictions.models, ({ sparsity }) => sparsity);
  const models = [...levels.values()].flatMap((level) =>
    level.map((_, replicate): ModelPredictions => {
      const model = level[Math.floor(random() * level.length)]!;
      return { ...model, replicate };
    }),
  );
  return { ...predictions, models };
}
