import { EvaluationError, type ScoreRow } from 'selective-brain-damage-statistics';
import {
  checkStore,
  groupBy,
  joinPlace,
  resolvePlace,
} from 'selective-brain-damage-statistics/internal';
import { type BackendInfo, defaultProcesses } from '../backend/backend';
import { specOf } from '../datasets/openDataset';
import type { ShiftedSet } from '../datasets/shiftedSet';
import { findModels } from '../models/modelFolder';
import { runHash } from '../models/runHash';
import { runUnits } from '../queue/runUnits';
import { increments } from '../workers/increments';
import type { FailedSpec } from '../workers/runInWorkers';
import { stoppedMessage } from '../workers/stoppedMessage';
import type { EvaluationTally } from './evaluationTally';
import { checkFits, nameOfSet } from './imageSets';
import { closeNetwork, openNetwork } from './networkSpec';
import { readScores, scoreFileName } from './scoreFiles';
import type { RecordedModel, ScoreReport, ScoreSpec } from './scoreSpec';

/** An evaluation of a population. */
interface PopulationEvaluation {
  readonly models: readonly RecordedModel[];
  readonly sets: readonly ShiftedSet[];
  /** Folder of the scores. */
  readonly folder: string;
  readonly backend: BackendInfo;
  readonly processes?: number | undefined;
  readonly queue?: string | undefined;
  readonly batchSize?: number | undefined;
}

/**
 * The models of a population's folder.
 *
 * @throws OptionError where there is none
 */
export async function recordedModels(population: string): Promise<RecordedModel[]> {
  const models = await findModels(resolvePlace(population));
  return models.map(({ folder, record, ...place }) => ({
    ...place,
    network: { folder },
    run: runHash(record),
  }));
}

/** Scores of a population's models on every set, in processes; kept in a folder, for reruns. */
export async function scorePopulation(
  evaluation: PopulationEvaluation,
  tally: EvaluationTally,
  signal: AbortSignal,
): Promise<ScoreRow[]> {
  const { models, sets, folder, backend } = evaluation;
  await checkStore(folder);
  const specs = await Promise.all(sets.map((set) => specFor(set, evaluation)));
  const waiting = specs.filter((spec) => spec.models.length > 0);
  await checkFirstModel(waiting, sets);
  for (const [i, spec] of specs.entries()) tally.expect(sets[i]!.data, spec.models.length);
  const failures = await runUnits<ScoreSpec, ScoreReport>(waiting, {
    ...{ kind: 'score', queue: evaluation.queue, groupOf: nameOfSet },
    processes: evaluation.processes ?? defaultProcesses(backend),
    signal,
    onReport: increments((images) => tally.add(images)),
    onEnd: () => tally.endSet(),
  });
  if (signal.aborted)
    throw new EvaluationError(stoppedMessage('The evaluation', folder), { cause: signal.reason });
  if (failures.length > 0)
    throw new EvaluationError(
      `${failures.length} of ${sets.length} sets could not be evaluated with every model; all other ` +
        `scores are kept in ${folder}:${reasonsOf(failures).join('')}`,
      { file: folder },
    );
  const runs = new Set(models.map(({ run }) => run));
  const scores = await Promise.all(specs.map(({ file }) => readScores(file)));
  return scores.flat().filter(({ run }) => runs.has(run));
}

/** A set with the models that have no scores on it yet. */
async function specFor(
  set: ShiftedSet,
  { models, folder, backend, batchSize }: PopulationEvaluation,
): Promise<ScoreSpec> {
  const { corruption, severity, data } = set;
  const file = joinPlace(folder, scoreFileName(set));
  const done = new Set((await readScores(file)).map(({ run }) => run));
  return {
    ...{ corruption, severity, file, backend: backend.name, data: specOf(data) },
    models: models.filter(({ run }) => !done.has(run)),
    ...(batchSize !== undefined && { batchSize }),
  };
}

/** Checks a model before processes are started; the processes name one that cannot be loaded. */
async function checkFirstModel(
  waiting: readonly ScoreSpec[],
  sets: readonly ShiftedSet[],
): Promise<void> {
  const place = waiting[0]?.models[0];
  const first = place && (await openNetwork(place.network).catch(() => undefined));
  if (!first) return;
  checkFits(first, sets);
  await closeNetwork(first);
}

/** A line per reason, with the first set that it stopped. */
function reasonsOf(failures: readonly FailedSpec<ScoreSpec>[]): string[] {
  return [...groupBy(failures, ({ reason }) => reason)].map(([reason, [first, ...others]]) => {
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    return `\n  ${nameOfSet(first!.spec)}${more}: ${reason}`;
  });
}
