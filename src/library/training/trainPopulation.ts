import {
  type Predictions,
  readPredictions,
  TrainingError,
} from 'selective-brain-damage-statistics';
import { populationFile, storeOf } from 'selective-brain-damage-statistics/internal';
import type { BackendInfo } from '../backend/backend';
import { checkPopulationOptions, type TrainPopulationOptions } from './populationOptions';
import { modelsOf, type ReplicateSpec } from './populationSpec';
import { preparePopulation } from './preparePopulation';
import { countIncomplete, type PopulationFailure, trainNetworks } from './trainNetworks';

/** The predictions of a population, with the outcome of its training. */
export interface Population extends Predictions {
  /** Folder of models and predictions, absolute; or `s3://bucket/prefix`. */
  readonly folder: string;
  /** The backend of the models that were trained now. */
  readonly backend: BackendInfo;
  /** Models that failed twice; they are not among the predictions. */
  readonly failures: readonly PopulationFailure[];
}

/**
 * Trains `replicates` networks at every sparsity, each from its own seed, one process per core, and
 * has each predict the test images (Hooker et al. 2019, section 3.1). A rerun resumes: a model whose
 * predictions are in the folder is not trained again, an unfinished one continues from its checkpoint.
 *
 * `compress`, which may be added to a population that is there, quantizes the dense models as well.
 *
 * A model that fails is tried once more; if it fails again it is reported on stderr and in
 * `failures`, and the others continue.
 *
 * @returns the predictions of all models in the folder that belong to these options
 * @throws OptionError for a wrong option or value
 * @throws TrainingError if every model failed, or the folder holds a population with other options
 * @throws StoreError if a bucket cannot be used
 * @throws QueueError if a queue does not answer
 */
export async function trainPopulation(options: TrainPopulationOptions): Promise<Population> {
  checkPopulationOptions('trainPopulation', options);
  const population = await preparePopulation(options);
  const { folder, backend, networks, about } = population;
  const incomplete = await countIncomplete(population, networks, options);
  await storeOf(folder).replace(populationFile(folder), about);
  const failures = await trainNetworks(population, incomplete, options);
  const predictions = await predictionsOf(networks, failures, folder, options.test.classNames);
  return { ...predictions, folder, backend, failures };
}

/**
 * The predictions of the models that are complete; warns of those that failed.
 *
 * @throws TrainingError where none is complete
 */
async function predictionsOf(
  networks: readonly ReplicateSpec[],
  failures: readonly PopulationFailure[],
  folder: string,
  classNames: readonly string[],
): Promise<Predictions> {
  const models = networks.flatMap((spec) =>
    modelsOf(spec).map((model) => ({ ...model, replicate: spec.replicate })),
  );
  const failed = (model: { variant: string; replicate: number }) =>
    failures.some((f) => f.variant === model.variant && f.replicate === model.replicate);
  const files = models.filter((model) => !failed(model)).map((model) => model.predictionsFile);
  const account = failures
    .map(({ variant, replicate, reason }) => `\n  ${variant}, replicate ${replicate}: ${reason}`)
    .join('');
  if (files.length === 0)
    throw new TrainingError(`No model could be trained:${account}`, { file: folder });
  if (failures.length > 0)
    console.warn(
      `${failures.length} of ${models.length} models failed and are left out:${account}`,
    );
  return readPredictions(files, { classNames });
}
