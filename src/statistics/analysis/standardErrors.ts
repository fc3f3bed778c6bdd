import { sampleStandardDeviation } from 'simple-statistics';
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
import type { Predictions } from '../predictions/predictions';
import { progress, withoutProgress } from '../progress';
import { randomFrom, shuffleInPlace } from '../random';
import { objectsOf, type Table } from '../tables/schema';
import { requireModels, variantsOf } from './variants';

/** Options of {@link standardErrors}. */
export interface StandardErrorsOptions {
  /** Columns of the statistic that get errors. */
  readonly columns: readonly string[];
  /** Number of times that models are halved, and that images are drawn. Default 200. */
  readonly samples?: number;
  /** Draws them. Default 0. */
  readonly seed?: number;
}

const RULES: OptionRules<StandardErrorsOptions> = {
  columns: required(listOf(TEXT)),
  samples: count(2),
  seed: SEED,
};

/**
 * The standard errors of a statistic of a population, from both of their sources: the models (other
 * training runs would give others) and the images (another test set would have others).
 *
 * - Over models, by the delete-half jackknife (Shao & Wu 1989): the standard deviation of the statistic
 *   over random halves of each variant's models. Unlike the bootstrap it repeats no model. Repeated models
 *   would agree more than independent ones do, and make counts of images whose label changes larger.
 * - Over images, by the bootstrap (Efron 1979): images are drawn with replacement, as many of each class
 *   as there are.
 * - Over both, the root of the sum of the two squares. Both contain the part of the variance that models
 *   and images have together, so the sum is somewhat large: intervals of two standard errors to either side
 *   hold 95 to 99% of the time.
 *
 * @param statistic one row per variant or class, the same rows for every population:
 *   `summarizeVariants`, or any aggregation of what the cells give
 * @returns the rows of the statistic of the population itself, with three columns for each of `columns`:
 *   `<name>_se_models`, `<name>_se_images` and `<name>_se`; NaN where the statistic is, or fewer than two
 *   of the samples have a number there
 * @throws OptionError for a value that an option does not take, or a statistic whose number of rows varies
 * @throws PredictionsError where a variant has fewer than four models
 */
export function standardErrors(
  predictions: Predictions,
  statistic: (population: Predictions) => Table<object>,
  options: StandardErrorsOptions,
): Record<string, unknown>[] {
  checkPredictions('standardErrors', predictions);
  checkOption(
    'statistic',
    statistic,
    typeof statistic === 'function',
    'a function from predictions to rows',
  );
  const { columns, samples = 200, seed = 0 } = checkOptions('standardErrors', options, RULES);
  for (const variant of variantsOf(predictions.models))
    requireModels(variant, 4, 'they are halved, and each half needs two');
  const whole = objectsOf(withoutProgress(() => statistic(predictions)));
  const names = Object.keys(whole[0] ?? {});
  for (const name of columns)
    checkOption(
      'columns',
      name,
      names.includes(name),
      `columns of the statistic: ${names.join(', ')}`,
    );
  const valuesOf = (population: Predictions) => {
    const rows = objectsOf(withoutProgress(() => statistic(population)));
    if (rows.length !== whole.length)
      throw new OptionError(
        `statistic: ${rows.length} rows for a drawn population, ${whole.length} for the whole one; ` +
          'expected the same rows for every population.',
        { option: 'statistic' },
      );
    return rows;
  };
  const draw = (what: string, population: (sample: number) => Predictions) =>
    Array.from({ length: samples }, (_, sample) => {
      const values = valuesOf(population(sample));
      progress().update(`standard errors over ${what}: ${sample + 1} of ${samples}`);
      return values;
    });
  const ofModels = draw('models', (sample) => halved(predictions, seed, sample));
  const ofImages = draw('images', (sample) => redrawn(predictions, seed, sample));
  progress().done();
  return whole.map((row, i) => ({
    ...row,
    ...Object.fromEntries(
      columns.flatMap((name) => {
        const isKnown = Number.isFinite(row[name]);
        const error = (drawn: typeof ofModels) =>
          isKnown ? spread(drawn.map((rows) => rows[i]![name] as number)) : Number.NaN;
        const [models, images] = [error(ofModels), error(ofImages)];
        return [
          [`${name}_se_models`, models],
          [`${name}_se_images`, images],
          [`${name}_se`, Math.hypot(models, images)],
        ];
      }),
    ),
  }));
}

/** The standard deviation of drawn values; those that are not numbers do not count. */
function spread(drawn: readonly number[]): number {
  const known = drawn.filter(Number.isFinite);
  return known.length < 2 ? Number.NaN : sampleStandardDeviation(known);
}

/**
 * A random half of each variant's models. Halves of an odd number are rounded down and up in turn, which
 * keeps the variance of the jackknife on average.
 */
function halved(predictions: Predictions, seed: number, sample: number): Predictions {
  const random = randomFrom(seed, 'halves', sample);
  const models = variantsOf(predictions.models).flatMap((variant) => {
    const half = Math.floor((variant.models.length + (sample % 2)) / 2);
    return shuffleInPlace([...variant.models], random)
      .slice(0, half)
      .sort((a, b) => a.replicate - b.replicate);
  });
  return { ...predictions, models };
}

/** The same number of images of each class, drawn with replacement. */
function redrawn(predictions: Predictions, seed: number, sample: number): Predictions {
  const { imageIds, trueClass, models, groups } = predictions;
  const random = randomFrom(seed, 'images', sample);
  const ofClass = new Map<number, number[]>();
  for (const [image, label] of trueClass.entries()) {
    const known = ofClass.get(label);
    if (known) known.push(image);
    else ofClass.set(label, [image]);
  }
  const drawn = Int32Array.from(trueClass, (label) => {
    const images = ofClass.get(label)!;
    return images[Math.floor(random() * images.length)]!;
  });
  return {
    ...predictions,
    // An image that is drawn twice counts as two.
    imageIds: imageIds.map((_, i) => i),
    models: models.map(({ predictedClass, confidence, top5, ...model }) => ({
      ...model,
      predictedClass: picked(predictedClass, drawn),
      ...(confidence && { confidence: picked(confidence, drawn) }),
      ...(top5 && { top5: picked(top5, drawn) }),
    })),
    ...(groups && {
      groups: Object.fromEntries(
        Object.entries(groups).map(([name, values]) => [
          name,
          Array.from(drawn, (image) => values[image]!),
        ]),
      ),
    }),
  };
}

/** The rows of an array, [images × k], of the images that were drawn. */
function picked<T extends Int32Array | Float32Array>(values: T, drawn: Int32Array): T {
  const width = values.length / drawn.length;
  const result = values.slice() as T;
  for (let i = 0; i < drawn.length; i++)
    for (let k = 0; k < width; k++) result[i * width + k] = values[drawn[i]! * width + k]!;
  return result;
}
