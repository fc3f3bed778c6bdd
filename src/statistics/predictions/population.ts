import { PredictionsError } from '../errors';
import { joinPlace, storeOf } from '../store/store';

/** The contents of `population.json` in a population's folder: about all of its models. */
export interface Population {
  /** Index = class. */
  readonly class_names?: readonly string[];
  readonly [other: string]: unknown;
}

/** The file about all models of a population's folder. */
export function populationFile(folder: string): string {
  return joinPlace(folder, 'population.json');
}

/**
 * Reads a population folder's `population.json`; undefined where there is none.
 *
 * @throws PredictionsError if `class_names` is anything but a list of names
 */
export async function readPopulation(folder: string): Promise<Population | undefined> {
  const file = populationFile(folder);
  const json = await storeOf(file).read(file);
  if (!json) return undefined;
  const population: Population = JSON.parse(json.toString());
  const names: unknown = population.class_names;
  if (names !== undefined && !(Array.isArray(names) && names.every((n) => typeof n === 'string')))
    throw new PredictionsError(`${file}: expected class_names to be a list of names, one a class.`);
  return population;
}
