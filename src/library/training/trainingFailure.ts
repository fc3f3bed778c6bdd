import { TrainingError } from 'selective-brain-damage-statistics';
import {
  checkedJson,
  joinPlace,
  objectOf,
  parseCheckedJson,
  STRING,
  storeOf,
} from 'selective-brain-damage-statistics/internal';

/** The file that says why a model's training failed; it stays until the training is begun again. */
const FAILURE = 'failure.json';

/** Says in a model's folder why its training failed twice. */
export async function recordFailure(folder: string, reason: string): Promise<void> {
  const file = joinPlace(folder, FAILURE);
  await storeOf(file).replace(file, checkedJson({ reason }));
}

/** Forgets the failure of an earlier training. */
export async function removeFailure(folder: string): Promise<void> {
  const file = joinPlace(folder, FAILURE);
  await storeOf(file).remove(file);
}

/**
 * Why a model's training failed; undefined where it did not.
 *
 * @throws TrainingError where the file is damaged
 */
export async function readFailure(folder: string): Promise<string | undefined> {
  const file = joinPlace(folder, FAILURE);
  const json = await storeOf(file).read(file);
  if (!json) return undefined;
  const rule = objectOf({ reason: STRING });
  const about = { what: 'the reason of a failure', wayOut: 'Delete it.' };
  const kind = { file, rule, Failure: TrainingError, ...about };
  return parseCheckedJson<{ reason: string }>(kind, json).reason;
}
