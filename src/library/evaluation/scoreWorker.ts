import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EvaluationError } from 'selective-brain-damage-statistics';
import { useBackend } from '../backend/backend';
import { keptOpen } from '../datasets/openDataset';
import { loadModel, type TrainedModel } from '../models/modelFolder';
import { serveWorker } from '../workers/serveWorker';
import { addScores, readScores } from './scoreFiles';
import { type PlacedModel, scoreSet } from './scoreSet';
import type { RecordedModel, ScoreReport, ScoreSpec } from './scoreSpec';

/**
 * Bytes of weights held at once, which prediction copies once more. An image is made once for all
 * models that are held.
 */
const BYTES_AT_ONCE = 5e8;

/** Evaluates the models that have no scores in the file yet; a second attempt does what is left. */
async function evaluate(
  spec: ScoreSpec,
  report: (seen: ScoreReport) => void,
  signal: AbortSignal,
): Promise<void> {
  const { corruption, severity, models, file, backend, batchSize } = spec;
  await useBackend({ backend });
  const data = await keptOpen(spec.data);
  const done = new Set((await readScores(file)).map(({ run }) => run));
  const failures: Error[] = [];
  for (const group of await groupsOf(models.filter(({ run }) => !done.has(run)))) {
    const loaded = await hold(group, (failure) => failures.push(failure));
    if (loaded.length === 0) continue;
    const scores = await scoreSet(
      loaded,
      { corruption, severity, data },
      {
        ...(batchSize !== undefined && { batchSize }),
        signal,
        onImages: (n) => report(n * loaded.length),
      },
    );
    await addScores(
      file,
      scores.map((score, i) => ({ ...score, run: loaded[i]!.run })),
    );
  }
  if (failures.length > 0)
    throw new EvaluationError(failures.map(({ message }) => message).join(' '));
}

/** The models in groups that fit into memory together. */
async function groupsOf(models: readonly RecordedModel[]): Promise<RecordedModel[][]> {
  const groups: RecordedModel[][] = [];
  let room = 0;
  for (const model of models) {
    // Loading names a file that is missing.
    const { size } = await stat(join(model.folder, 'weights.bin')).catch(() => ({ size: 0 }));
    if (size > room || groups.length === 0) {
      groups.push([]);
      room = BYTES_AT_ONCE;
    }
    groups.at(-1)!.push(model);
    room -= size;
  }
  return groups;
}

/** By folder; as a rule those of the last spec. */
const held = new Map<string, TrainedModel>();

/** Holds the models of a group, and no others; those that cannot be loaded are left out. */
async function hold(
  group: readonly RecordedModel[],
  onFailure: (failure: Error) => void,
): Promise<(RecordedModel & PlacedModel)[]> {
  for (const [folder, { model }] of held) {
    if (group.some((other) => other.folder === folder)) continue;
    held.delete(folder);
    model.dispose();
  }
  const loaded: (RecordedModel & PlacedModel)[] = [];
  for (const place of group)
    try {
      const model = held.get(place.folder) ?? (await loadModel(place.folder));
      held.set(place.folder, model);
      loaded.push({ ...place, model });
    } catch (failure) {
      onFailure(failure as Error);
    }
  return loaded;
}

serveWorker(evaluate);
