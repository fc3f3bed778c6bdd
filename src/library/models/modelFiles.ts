import { TrainingError } from 'selective-brain-damage-statistics';
import {
  checkedJson,
  joinPlace,
  maybe,
  parseCheckedJson,
  recordOf,
  STRING,
  sha256,
  storeOf,
} from 'selective-brain-damage-statistics/internal';
import { retrain } from './readNetwork';
import type { RunRecord } from './runRecord';
import { RUN_RECORD } from './runRule';

/** The files of a model's folder, but for its record, which has their checksums. */
export const MODEL_FILES = ['weights.bin', 'model.json', 'masks.safetensors'] as const;

/** The name of a file of a model's folder. */
export type ModelFile = (typeof MODEL_FILES)[number];

/** SHA-256 of each file, by name. */
export type Checksums = Readonly<Record<ModelFile, string>>;

/** `run.json` in full. */
export interface StoredRun {
  readonly run: RunRecord;
  /** Absent where the folder is older than checksums. */
  readonly files?: Checksums;
}

/** The record in a model's folder. */
export function runFile(folder: string): string {
  return joinPlace(folder, 'run.json');
}

/**
 * Writes a model's files, and last its record, whose presence marks the folder as complete. A record of other
 * files goes first: a crash in between leaves an incomplete folder, never one of two models.
 */
export async function writeModelFiles(
  folder: string,
  contents: Readonly<Record<ModelFile, Uint8Array>>,
  run: RunRecord,
): Promise<void> {
  const store = storeOf(folder);
  const sums = MODEL_FILES.map((name) => [name, sha256(contents[name])] as const);
  const before = await store.read(runFile(folder));
  if (before && !sums.every(([, sum]) => before.includes(sum))) await store.remove(runFile(folder));
  for (const name of MODEL_FILES) await store.replace(joinPlace(folder, name), contents[name]);
  await store.replace(runFile(folder), checkedJson({ ...run, files: Object.fromEntries(sums) }));
}

const STORED_RUN = {
  ...RUN_RECORD,
  members: { ...RUN_RECORD.members, files: maybe(recordOf(STRING)) },
};

/**
 * The `run.json` of a complete model folder; undefined where there is none.
 *
 * @throws TrainingError where it is damaged
 */
export async function readStoredRun(folder: string): Promise<StoredRun | undefined> {
  const file = runFile(folder);
  const json = await storeOf(folder).read(file);
  if (!json) return undefined;
  const wayOut =
    'Delete it and run the training again, which makes this model anew; no other model is lost.';
  const { files, ...run } = parseCheckedJson<RunRecord & { readonly files?: Checksums }>(
    { file, what: 'the record of the run', rule: STORED_RUN, Failure: TrainingError, wayOut },
    json,
  );
  return { run, ...(files && { files }) };
}

/**
 * The record and the files of a complete model, checked.
 *
 * @throws TrainingError where one is missing, or its checksum differs
 */
export async function readModelFiles(
  folder: string,
): Promise<{ readonly run: RunRecord; readonly contents: Readonly<Record<ModelFile, Buffer>> }> {
  const stored = await readStoredRun(folder);
  const read = await Promise.all(
    MODEL_FILES.map((name) => storeOf(folder).read(joinPlace(folder, name))),
  );
  if (!stored || read.includes(undefined))
    throw new TrainingError(
      `${folder} holds no complete model; expected run.json, model.json, weights.bin and ` +
        'masks.safetensors.',
      { file: folder },
    );
  for (const [i, name] of MODEL_FILES.entries()) {
    if (!stored.files || sha256(read[i]!) === stored.files[name]) continue;
    const file = joinPlace(folder, name);
    throw new TrainingError(
      `${file} is damaged: its checksum is not the one in run.json. ${retrain(folder)}`,
      { file },
    );
  }
  if (!stored.files) noteUnchecked(folder);
  const [weights, network, masks] = read as [Buffer, Buffer, Buffer];
  return {
    run: stored.run,
    contents: { 'weights.bin': weights, 'model.json': network, 'masks.safetensors': masks },
  };
}

let isNoted = false;

/** Says, once in a process, that a model is too old to be checked. */
function noteUnchecked(folder: string): void {
  if (isNoted) return;
  isNoted = true;
  console.warn(
    `${folder} was written before models had checksums and is read without a check; sbd verify lists all ` +
      'such files of a folder.',
  );
}
