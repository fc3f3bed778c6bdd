import { TrainingError } from 'selective-brain-damage-statistics';
import { exists, interruptible } from 'selective-brain-damage-statistics/internal';
import { defaultProcesses } from '../backend/backend';
import { buildModel } from '../models/model';
import { readRun } from '../models/modelFolder';
import { runUnits } from '../queue/runUnits';
import type { FailedSpec } from '../workers/runInWorkers';
import { stoppedMessage } from '../workers/stoppedMessage';
import { checkpointFile } from './checkpoint';
import { incompleteModels } from './incompleteModels';
import type { PopulationFailure } from './population';
import type { TrainPopulationOptions } from './populationOptions';
import type { ReplicateReport, ReplicateSpec } from './populationSpec';
import { PopulationTally } from './populationTally';
import type { PreparedPopulation } from './preparePopulation';
import { resolveRun } from './resolveRun';
import { assertSameOutcome } from './sameRun';
import { recordFailure } from './trainingFailure';
import { prunableWeights } from './trainingState';

/** Networks of a population, with how many models of each are not there yet. */
export type IncompleteNetworks = ReadonlyMap<ReplicateSpec, number>;

/**
 * Trains the networks that are incomplete, here or wherever a queue has workers.
 *
 * @returns the models that failed twice
 * @throws TrainingError where the signal stopped it
 */
export async function trainNetworks(
  { folder, backend }: PreparedPopulation,
  incomplete: IncompleteNetworks,
  options: TrainPopulationOptions,
): Promise<PopulationFailure[]> {
  const [first] = incomplete.keys();
  const { model, training } = first!.population;
  const { seed } = options;
  const { steps, batchSize } = resolveRun(
    options.train,
    model,
    0,
    seed,
    backend,
    training,
  ).training;
  const tally = new PopulationTally(incomplete, steps * batchSize, options.onProgress);
  const waiting = [...incomplete.keys()].filter((spec) => incomplete.get(spec)! > 0);
  if (!options.onProgress && (await isGoingOn(waiting, incomplete.size)))
    console.error(`Training goes on from ${folder}, where ${tally.account} are done.`);
  return interruptible(options.signal, async (signal) => {
    const failed = await runUnits<ReplicateSpec, ReplicateReport>(waiting, {
      ...{ kind: 'train', queue: options.queue, groupOf: ({ variant }) => variant },
      processes: options.processes ?? defaultProcesses(backend),
      signal,
      onReport: (spec, { step, complete }) => tally.reach(spec, step * batchSize, complete),
      onEnd: (spec, failure) => tally.end(spec, failure !== undefined),
    }).finally(() => tally.close());
    const failures = (await Promise.all(failed.map(failuresOf))).flat();
    if (signal.aborted)
      throw new TrainingError(stoppedMessage('Training', folder, ` with ${tally.account} done`), {
        cause: signal.reason,
      });
    return failures;
  });
}

/** Whether some networks are there, or begun, and others are not. */
async function isGoingOn(waiting: readonly ReplicateSpec[], all: number): Promise<boolean> {
  if (waiting.length === 0) return false;
  if (waiting.length < all) return true;
  for (const { folder } of waiting) if (await exists(checkpointFile(folder))) return true;
  return false;
}

/** The models that a network's failure leaves out; also says so in their folders. */
async function failuresOf({
  spec,
  reason,
}: FailedSpec<ReplicateSpec>): Promise<PopulationFailure[]> {
  const { replicate } = spec;
  const models = await incompleteModels(spec);
  // On a full disk the record fails as the training did, of which the caller is told anyway.
  await Promise.allSettled(models.map((model) => recordFailure(model.folder, reason)));
  return models.map(({ variant, sparsity }) => ({ variant, sparsity, replicate, reason }));
}

/**
 * How many models of each network are not there yet; also builds the network, before any process is
 * started for it.
 *
 * @throws TrainingError if a model that is there was trained by other options
 */
export async function countIncomplete(
  { backend }: PreparedPopulation,
  networks: readonly ReplicateSpec[],
  { train }: Pick<TrainPopulationOptions, 'train'>,
): Promise<IncompleteNetworks> {
  const { imageShape, numClasses } = train;
  const { model: network, training } = networks[0]!.population;
  const model = await buildModel(network, { imageShape, numClasses }, 0);
  if (networks.some(({ sparsity }) => sparsity > 0)) prunableWeights(model, training.pruning);
  model.dispose();
  const incomplete = new Map<ReplicateSpec, number>();
  for (const spec of networks) {
    const now = resolveRun(train, network, spec.sparsity, spec.seed, backend, training);
    const made = await readRun(spec.folder);
    if (made) assertSameOutcome(spec.folder, now, made.spec);
    incomplete.set(spec, (await incompleteModels(spec)).length);
  }
  return incomplete;
}
