import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EvaluationError, type ScoreRow } from 'selective-brain-damage-statistics';
import { groupBy } from 'selective-brain-damage-statistics/internal';
import { type BackendInfo, defaultProcesses } from '../backend/backend';
import { specOf } from '../datasets/openDataset';
import type { ShiftedSet } from '../datasets/shiftedSet';
import { findModels, loadModel } from '../models/modelFolder';
import { type FailedSpec, runInWorkers } from '../workers/runInWorkers';
import { stoppedMessage } from '../workers/stoppedMessage';
import type { EvaluationTally } from './evaluationTally';
import { checkFits, nameOfSet } from './imageSets';
import { readScores, scoreFileName } from './scoreFiles';
import type { RecordedModel, ScoreReport, ScoreSpec } from './scoreSpec';

/** Where and how a population is evaluated. */
interface ScorePopulationOptions {
  readonly folder?: string;
  readonly processes?: number;
  readonly batchSize?: number;
}

/**
 * The models of a population's folder.
 *
 * @throws OptionError where there is none
 */
export async function recordedModels(population: string): Promise<RecordedModel[]> {
  const models = await findModels(resolve(population));
  return Promise.all(
    models.map(async (model) => {
      const record = await readFile(join(model.folder, 'run.json'));
      return { ...model, run: createHash('sha256').update(record).digest('hex') };
    }),
  );
}

/** Scores of a population's models on every set, in processes; kept in a folder, for reruns. */
export async function scorePopulation(
  population: string,
  models: readonly RecordedModel[],
  sets: readonly ShiftedSet[],
  backend: BackendInfo,
  options: ScorePopulationOptions,
  tally: EvaluationTally,
  signal: AbortSignal,
): Promise<ScoreRow[]> {
  const { batchSize, processes = defaultProcesses(backend) } = options;
  const folder = resolve(options.folder ?? join(population, 'robustness'));
  const specs = await Promise.all(
    sets.map(async ({ corruption, severity, data }): Promise<ScoreSpec> => {
      const file = join(folder, scoreFileName({ corruption, severity, data }));
      const done = new Set((await readScores(file)).map(({ run }) => run));
      return {
        ...{ corruption, severity, file, backend: backend.name, data: specOf(data) },
        models: models.filter(({ run }) => !done.has(run)),
        ...(batchSize !== undefined && { batchSize }),
      };
    }),
  );
  const waiting = specs.filter((spec) => spec.models.length > 0);
  await checkFirstModel(waiting, sets);
  for (const [i, spec] of specs.entries()) tally.expect(sets[i]!.data, spec.models.length);
  const failures = await runInWorkers<ScoreSpec, ScoreReport>(waiting, {
    worker: join(__dirname, 'scoreWorker.js'),
    processes,
    signal,
    onReport: (_, seen) => tally.add(seen),
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

/** Checks a model before processes are started; the processes name one that cannot be loaded. */
async function checkFirstModel(
  waiting: readonly ScoreSpec[],
  sets: readonly ShiftedSet[],
): Promise<void> {
  const place = waiting[0]?.models[0];
  const first = place && (await loadModel(place.folder).catch(() => undefined));
  if (first) checkFits(first, sets);
  first?.model.dispose();
}

/** A line per reason, with the first set that it stopped. */
function reasonsOf(failures: readonly FailedSpec<ScoreSpec>[]): string[] {
  return [...groupBy(failures, ({ reason }) => reason)].map(([reason, [first, ...others]]) => {
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    return `\n  ${nameOfSet(first!.spec)}${more}: ${reason}`;
  });
}
