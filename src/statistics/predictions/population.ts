import { PredictionsError } from '../errors';
import { count, FLAG, FROM_0, SPARSITY, TEXT } from '../options';
import { parseCheckedJson } from '../store/checkedJson';
import { joinPlace, storeOf } from '../store/store';
import { itemsOf, type JsonRule, maybe, objectOf, STRING } from '../untrusted/json';

/** The contents of `population.json` in a population's folder: about all of its models. */
export interface Population {
  /** Index = class. */
  readonly class_names?: readonly string[];
  /** The levels of a trained population. */
  readonly sparsities?: readonly number[];
  /** Networks of each level. */
  readonly replicates?: number;
  readonly [other: string]: unknown;
}

/** The file about all models of a population's folder. */
export function populationFile(folder: string): string {
  return joinPlace(folder, 'population.json');
}

const POPULATION: JsonRule = objectOf({
  class_names: maybe(itemsOf(STRING)),
  sparsities: maybe(itemsOf(SPARSITY)),
  replicates: maybe(count()),
  compress: maybe(
    itemsOf(objectOf({ weights: TEXT, activations: maybe(TEXT), perChannel: maybe(FLAG) })),
  ),
  checkpointSeconds: maybe(FROM_0),
  backend: maybe(TEXT),
});

/**
 * Reads a population folder's `population.json`; undefined where there is none.
 *
 * @throws PredictionsError where it is damaged, or a member is anything but what is written there, as `class_names`
 *   a list of names
 */
export async function readPopulation(folder: string): Promise<Population | undefined> {
  const file = populationFile(folder);
  const json = await storeOf(file).read(file);
  if (!json) return undefined;
  const wayOut =
    'Delete it: the names of the classes are lost, no model and no prediction; trainPopulation and ' +
    'writePredictions write it anew.';
  return parseCheckedJson<Population>(
    {
      file,
      what: 'the record of the population',
      rule: POPULATION,
      Failure: PredictionsError,
      wayOut,
    },
    json,
  );
}
