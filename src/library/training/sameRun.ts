import { TrainingError } from 'selective-brain-damage-statistics';
import type { RunSpec } from '../models/runRecord';
import { dataDifference } from './dataRecord';
import { firstDifference } from './firstDifference';

/**
 * Checks that a run that was begun is the one asked for.
 *
 * @throws TrainingError naming the first difference
 */
export function assertSameRun(folder: string, now: RunSpec, before: RunSpec): void {
  const difference =
    dataDifference(now.data, before.data) ??
    firstDifference({ ...now, data: null }, { ...before, data: null });
  if (difference)
    throw new TrainingError(
      `${folder} holds a run with other options: ${difference}. Choose another folder or delete it.`,
      { file: folder },
    );
}

/**
 * Checks that a finished model is the one asked for, whichever backend made it: its record says which.
 *
 * @throws TrainingError naming the first option that differs
 */
export function assertSameOutcome(folder: string, now: RunSpec, before: RunSpec): void {
  const { backend, versions } = before;
  assertSameRun(folder, { ...now, backend, versions }, before);
}
