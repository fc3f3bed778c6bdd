import { join } from 'node:path';
import { PredictionsError } from '../errors';
import { readIfThere } from '../files';

/** The contents of `population.json` in a population's folder: about all of its models. */
export interface Population {
  /** Index = class. */
  readonly class_names?: readonly string[];
  readonly [other: string]: unknown;
}

/**
 * Reads a population folder's `population.json`; undefined where there is none.
 *
 * @throws PredictionsError if `class_names` is anything but a list of names
 */
export async function readPopulation(folder: string): Promise<Population | undefined> {
  const file = join(folder, 'population.json');
  const json = await readIfThere(file);
  if (!json) return undefined;
  const population: Population = JSON.parse(json.toString());
  const names: unknown = population.class_names;
  if (names !== undefined && !(Array.isArray(names) && names.every((n) => typeof n === 'string')))
    throw new PredictionsError(`${file}: expected class_names to be a list of names, one a class.`);
  return population;
}
