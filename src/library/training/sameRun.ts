import { basename } from 'node:path';
import { TrainingError } from 'selective-brain-damage-statistics';
import { runFile } from '../models/modelFiles';
import type { RunSpec } from '../models/runRecord';
import { dataDifference } from './dataRecord';
import { firstDifference } from './firstDifference';

/**
 * Checks that a run that was begun is the one asked for.
 *
 * @param file that describes the run begun
 * @throws TrainingError naming the first difference
 */
export function assertSameRun(folder: string, now: RunSpec, before: RunSpec, file: string): void {
  const difference =
    dataDifference(now.data, before.data) ??
    firstDifference({ ...now, data: null }, { ...before, data: null });
  if (difference)
    throw new TrainingError(
      `${folder} holds a run with other options: ${difference} (${basename(file)}). Choose another folder or delete it.`,
      { file },
    );
}

/**
 * Checks that a finished model is the one asked for, whichever backend made it: its record says which.
 *
 * @throws TrainingError naming the first option that differs
 */
export function assertSameOutcome(folder: string, now: RunSpec, before: RunSpec): void {
  const { backend, versions } = before;
  assertSameRun(folder, { ...now, backend, versions }, before, runFile(folder));
}
