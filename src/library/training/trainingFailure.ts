import { joinPlace, storeOf, toJson } from 'selective-brain-damage-statistics/internal';

/** The file that says why a model's training failed; it stays until the training is begun again. */
const FAILURE = 'failure.json';

/** Says in a model's folder why its training failed twice. */
export async function recordFailure(folder: string, reason: string): Promise<void> {
  const file = joinPlace(folder, FAILURE);
  await storeOf(file).replace(file, toJson({ reason }));
}

/** Forgets the failure of an earlier training. */
export async function removeFailure(folder: string): Promise<void> {
  const file = joinPlace(folder, FAILURE);
  await storeOf(file).remove(file);
}

/** Why a model's training failed; undefined where it did not. */
export async function readFailure(folder: string): Promise<string | undefined> {
  const file = joinPlace(folder, FAILURE);
  const json = await storeOf(file).read(file);
  return json && JSON.parse(json.toString()).reason;
}
