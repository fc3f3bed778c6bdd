import { TrainingError } from 'selective-brain-damage-statistics';
import {
  CHECKSUM,
  count,
  type JsonRule,
  joinPlace,
  NUMBER,
  objectOf,
  parseJson,
  storeOf,
  withChecksum,
} from 'selective-brain-damage-statistics/internal';
import type { HistoryEntry, RunSpec } from '../models/runRecord';
import { HISTORY, RUN_SPEC } from '../models/runRule';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../models/safetensors';
import { assertSameRun } from './sameRun';

/** The position of a training in its run: the part of a checkpoint that is not the training state. */
export interface Position {
  /** Steps done. */
  step: number;
  epoch: number;
  /** Batches of the epoch done. */
  batch: number;
  seconds: number;
  history: HistoryEntry[];
  /** Of the steps since the last entry of the history. */
  lossSum: number;
  lossCount: number;
}

const POSITION: JsonRule = objectOf({
  ...{ step: count(0), epoch: count(0), batch: count(0), seconds: NUMBER },
  ...{ history: HISTORY, lossSum: NUMBER, lossCount: count(0) },
});

/** The position of a training that has not begun. */
export function start(): Position {
  return { step: 0, epoch: 0, batch: 0, seconds: 0, history: [], lossSum: 0, lossCount: 0 };
}

/** The file of a folder's checkpoint. */
export function checkpointFile(folder: string): string {
  return joinPlace(folder, 'checkpoint.safetensors');
}

/** Writes a folder's checkpoint, with its checksum. */
export async function writeCheckpoint(
  folder: string,
  spec: RunSpec,
  position: Position,
  arrays: ReadonlyMap<string, NamedArray>,
): Promise<void> {
  const metadata = {
    checksum: CHECKSUM,
    position: JSON.stringify(position),
    spec: JSON.stringify(spec),
  };
  const bytes = withChecksum(encodeSafetensors(arrays, metadata));
  await storeOf(folder).replace(checkpointFile(folder), bytes);
}

/**
 * Reads a folder's checkpoint; undefined where there is none.
 *
 * @throws TrainingError where it is damaged, or one of another run
 */
export async function readCheckpoint(
  folder: string,
  spec: RunSpec,
): Promise<{ position: Position; arrays: Map<string, NamedArray> } | undefined> {
  const file = checkpointFile(folder);
  const bytes = await storeOf(folder).read(file);
  if (!bytes) return undefined;
  const wayOut = 'Delete it to train from the start.';
  const { arrays, metadata } = decodeSafetensors(file, bytes, wayOut);
  const read = <Value>(what: string, rule: JsonRule, json = '') =>
    parseJson<Value>({ file, what, rule, Failure: TrainingError, wayOut }, json);
  assertSameRun(folder, spec, read('the description of its run', RUN_SPEC, metadata.spec), file);
  return { position: read('its position in the run', POSITION, metadata.position), arrays };
}

/** Deletes a folder's checkpoint. */
export async function removeCheckpoint(folder: string): Promise<void> {
  await storeOf(folder).remove(checkpointFile(folder));
}
