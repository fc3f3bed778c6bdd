import { createHash } from 'node:crypto';
import { toJson } from 'selective-brain-damage-statistics/internal';
import type { RunRecord } from './runRecord';

/** SHA-256 of a run's record, as of its `run.json`. */
export function runHash(run: RunRecord): string {
  return createHash('sha256').update(toJson(run)).digest('hex');
}
