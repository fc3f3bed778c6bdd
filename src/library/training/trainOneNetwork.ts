import {
  populationFile,
  readPopulation,
  resolvePlace,
  storeOf,
} from 'selective-brain-damage-statistics/internal';
import type { BackendName } from '../backend/backend';
import type { PopulationFailure } from './population';
import type { TrainPopulationOptions } from './populationOptions';
import { type PreparedPopulation, preparePopulation } from './preparePopulation';
import { countIncomplete, trainNetworks } from './trainNetworks';

/**
 * Trains one network of a population, while other machines may train others: what `trainPopulation` would make
 * of it.
 *
 * @param options checked
 * @param index 0 to replicates × sparsities − 1: replicate 0 at every sparsity, then replicate 1, and so on
 * @returns the models that failed twice
 * @throws as `trainPopulation` does
 */
export async function trainOneNetwork(
  options: TrainPopulationOptions,
  index: number,
): Promise<PopulationFailure[]> {
  const population = await joinPopulation(options);
  const incomplete = await countIncomplete(population, [population.networks[index]!], options);
  return trainNetworks(population, incomplete, { ...options, processes: 1 });
}

/** Prepares a population on the backend that the first machine chose: others might choose another. */
async function joinPopulation(options: TrainPopulationOptions): Promise<PreparedPopulation> {
  const file = populationFile(resolvePlace(options.folder));
  const before = await readPopulation(options.folder);
  const backend = options.backend ?? (before?.backend as BackendName | undefined);
  const population = await preparePopulation({ ...options, ...(backend && { backend }) });
  if (await storeOf(file).writeIfAbsent(file, population.about)) return population;
  // Another machine was first.
  if (!before) return joinPopulation(options);
  const there = await storeOf(file).read(file);
  if (!there?.equals(population.about)) await storeOf(file).replace(file, population.about);
  return population;
}
