import { EvaluationError } from 'selective-brain-damage-statistics';
import { useBackend } from '../backend/backend';
import { keptOpen } from '../datasets/openDataset';
import type { Network } from '../models/network';
import { serveWorker } from '../workers/serveWorker';
import { closeNetwork, openNetwork, weightBytes } from './networkSpec';
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
  report: (images: ScoreReport) => void,
  signal: AbortSignal,
): Promise<void> {
  const { corruption, severity, models, file, backend, batchSize } = spec;
  await useBackend({ backend });
  const data = await keptOpen(spec.data);
  const done = new Set((await readScores(file)).map(({ run }) => run));
  const failures: Error[] = [];
  let images = 0;
  for (const group of await groupsOf(models.filter(({ run }) => !done.has(run)))) {
    const loaded = await hold(group, (failure) => failures.push(failure));
    if (loaded.length === 0) continue;
    const scores = await scoreSet(
      loaded,
      { corruption, severity, data },
      {
        ...(batchSize !== undefined && { batchSize }),
        signal,
        onImages: (n) => {
          images += n * loaded.length;
          report(images);
        },
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
    const size = await weightBytes(model.network);
    if (size > room || groups.length === 0) {
      groups.push([]);
      room = BYTES_AT_ONCE;
    }
    groups.at(-1)!.push(model);
    room -= size;
  }
  return groups;
}

/** By spec; as a rule those of the last set. */
const held = new Map<string, Network>();

/** Holds the models of a group, and no others; those that cannot be loaded are left out. */
async function hold(
  group: readonly RecordedModel[],
  onFailure: (failure: Error) => void,
): Promise<(RecordedModel & PlacedModel)[]> {
  const wanted = new Set(group.map(keyOf));
  for (const [key, model] of held) {
    if (wanted.has(key)) continue;
    held.delete(key);
    await closeNetwork(model);
  }
  const loaded: (RecordedModel & PlacedModel)[] = [];
  for (const place of group)
    try {
      const model = held.get(keyOf(place)) ?? (await openNetwork(place.network));
      held.set(keyOf(place), model);
      loaded.push({ ...place, model });
    } catch (failure) {
      onFailure(failure as Error);
    }
  return loaded;
}

function keyOf({ network }: RecordedModel): string {
  return JSON.stringify(network);
}

serveWorker(evaluate);
