import { readPredictions, TrainingError } from 'selective-brain-damage-statistics';
import { populationFile, storeOf } from 'selective-brain-damage-statistics/internal';
import { type Population, PopulationError, type PopulationFailure } from './population';
import { checkPopulationOptions, type TrainPopulationOptions } from './populationOptions';
import { modelsOf, type ReplicateSpec } from './populationSpec';
import { preparePopulation } from './preparePopulation';
import { countIncomplete, trainNetworks } from './trainNetworks';

/**
 * Trains `replicates` networks at every sparsity, each from its own seed, one process per core, and
 * has each predict the test images (Hooker et al. 2019, section 3.1). A rerun resumes: a model whose
 * predictions are in the folder is not trained again, an unfinished one continues from its checkpoint.
 *
 * `compress`, which may be added to a population that is there, quantizes the dense models as well.
 *
 * A model that fails is tried once more, and the others continue. If one fails again, as on a full disk, the
 * population is an error in the end, unless `allowFailures`; a rerun trains what is missing.
 *
 * @returns the predictions of all models in the folder that belong to these options
 * @throws OptionError for a wrong option or value
 * @throws PopulationError if some models failed twice; its `population` holds the others
 * @throws TrainingError if every model failed, or the folder holds a population with other options
 * @throws StoreError if a folder or a bucket cannot be used
 * @throws QueueError if a queue does not answer
 */
export async function trainPopulation(options: TrainPopulationOptions): Promise<Population> {
  checkPopulationOptions('trainPopulation', options);
  const population = await preparePopulation(options);
  const { folder, backend, networks, about } = population;
  const incomplete = await countIncomplete(population, networks, options);
  await storeOf(folder).replace(populationFile(folder), about);
  const failures = await trainNetworks(population, incomplete, options);
  const files = completeFiles(networks, failures);
  const account = accountOfFailures(failures);
  if (files.length === 0)
    throw new TrainingError(`No model could be trained:${account}`, { file: folder });
  const predictions = await readPredictions(files, { classNames: options.test.classNames });
  const made = { ...predictions, folder, backend, failures };
  if (failures.length === 0) return made;
  const summary = `${failures.length} of ${files.length + failures.length} models failed`;
  if (!options.allowFailures)
    throw new PopulationError(
      `${summary}; the others are in ${folder} and in this error's population. Run it again to train what is ` +
        `missing, or pass allowFailures: true to do without:${account}`,
      made,
    );
  console.warn(`${summary} and are left out:${account}`);
  return made;
}

/** The predictions' files of all models but those that failed. */
function completeFiles(
  networks: readonly ReplicateSpec[],
  failures: readonly PopulationFailure[],
): string[] {
  return networks.flatMap((spec) =>
    modelsOf(spec)
      .filter(
        ({ variant }) =>
          !failures.some((f) => f.variant === variant && f.replicate === spec.replicate),
      )
      .map((model) => model.predictionsFile),
  );
}

function accountOfFailures(failures: readonly PopulationFailure[]): string {
  return failures
    .map(({ variant, replicate, reason }) => `\n  ${variant}, replicate ${replicate}: ${reason}`)
    .join('');
}
