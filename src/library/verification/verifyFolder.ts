import { OptionError } from 'selective-brain-damage-statistics';
import {
  byText,
  type Integrity,
  integrityOf,
  joinPlace,
  readPopulation,
  resolvePlace,
  type StoredFile,
  sha256,
  storeOf,
} from 'selective-brain-damage-statistics/internal';
import { type Checksums, MODEL_FILES, readStoredRun } from '../models/modelFiles';
import { readFailure } from '../training/trainingFailure';
import { missingWayOut, wayOutOf } from './wayOut';

/** A file, or a model, with what was found. */
export interface Finding {
  /** From the folder that is verified. */
  readonly file: string;
  /** `not kept`: the network of a population's model whose predictions are there, as where git leaves weights out. */
  readonly state: Integrity | 'missing' | 'not kept';
  /** What to delete and what a rerun makes again; absent where nothing is to be done. */
  readonly wayOut?: string;
}

/** What a folder holds, against what was written. */
export interface Verification {
  /** Absolute; or `s3://bucket/prefix`. */
  readonly folder: string;
  /** By file. */
  readonly findings: readonly Finding[];
}

/** Files that hold their own checksum. */
const CHECKED =
  /(\.parquet|(^|\/)(checkpoint\.safetensors|(population|failure)\.json)|-[\da-f]{12}(-\d+-of-\d+)?\.json)$/;
/** A model's folder within that of a population. */
const IN_POPULATION = /(^|\/)((sparsity|variant)=[^/]+\/replicate=\d+)$/;

/**
 * Compares everything that a folder of this project holds with the checksums that were written with it.
 *
 * @param place a population's folder, a model's, one of scores or predictions, or of several of these
 * @throws OptionError where there is nothing that this project writes
 */
export async function verifyFolder(place: string): Promise<Verification> {
  const folder = resolvePlace(place);
  const listed = await storeOf(folder).list(folder);
  const below = (file: StoredFile) => file.place.slice(folder.length + 1).replaceAll('\\', '/');
  const files = new Set(listed.map(below));
  const models = [...files].filter(isRecord).map(folderOf);
  const parts = new Set(models.flatMap((model) => MODEL_FILES.map((name) => within(model, name))));
  const findings: Finding[] = [];
  for (const model of models) findings.push(...(await verifyModel(folder, model, files)));
  for (const file of files)
    if (CHECKED.test(file) && !parts.has(file) && !isRecord(file))
      findings.push(await verifyFile(folder, file));
  if (findings.length === 0)
    throw new OptionError(
      `${place}: nothing that could be verified; expected the folder of a population, of a model or of ` +
        'predictions.',
      { option: 'folder', value: place, file: folder },
    );
  findings.push(...(await missingModels(folder, files)));
  return {
    folder,
    findings: findings.sort(byText(({ file }) => file)),
  };
}

const isFailure = (file: string): boolean => /(^|\/)failure\.json$/.test(file);
const isRecord = (file: string): boolean => /(^|\/)run\.json$/.test(file);
const folderOf = (file: string): string => file.replace(/(^|\/)[^/]*$/, '');
const within = (folder: string, name: string): string =>
  folder === '' ? name : `${folder}/${name}`;

/** A file that holds its own checksum. */
async function verifyFile(folder: string, file: string): Promise<Finding> {
  const bytes = await storeOf(folder).read(joinPlace(folder, ...file.split('/')));
  const state = bytes === undefined ? 'missing' : stateOf(file, bytes);
  return found(file, state);
}

function stateOf(file: string, bytes: Buffer): Integrity {
  const state = integrityOf(bytes);
  return state === 'unchecked' && file.endsWith('.json') && !isJson(bytes) ? 'damaged' : state;
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

/** A model's record, its files, and in a population its predictions. */
async function verifyModel(
  folder: string,
  model: string,
  files: ReadonlySet<string>,
): Promise<Finding[]> {
  const record = await verifyFile(folder, within(model, 'run.json'));
  const stored =
    record.state === 'damaged'
      ? undefined
      : await readStoredRun(joinPlace(folder, ...model.split('/'))).catch(() => undefined);
  const findings = [stored ? record : found(record.file, 'damaged')];
  const predictions = `${model}.parquet`;
  const parts = MODEL_FILES.map((name) => within(model, name));
  if (files.has(predictions) && !parts.some((file) => files.has(file)))
    return [...findings, found(model, 'not kept')];
  for (const file of parts)
    findings.push(
      files.has(file) ? await verifyPart(folder, file, stored?.files) : found(file, 'missing'),
    );
  if (IN_POPULATION.test(model) && !files.has(predictions))
    findings.push(found(predictions, 'missing'));
  return findings;
}

/** A file whose checksum is in its model's record. */
async function verifyPart(
  folder: string,
  file: string,
  sums: Checksums | undefined,
): Promise<Finding> {
  if (!sums) return found(file, 'unchecked');
  const bytes = await storeOf(folder).read(joinPlace(folder, ...file.split('/')));
  const sum = sums[file.split('/').at(-1) as keyof Checksums];
  return found(file, bytes && sha256(bytes) === sum ? 'whole' : 'damaged');
}

/** Models that are named as missing: a record may ask for any number of them. */
const MOST_MISSING = 10_000;

/** The models that a population's record asks for, or whose training failed, and that are not there. */
async function missingModels(folder: string, files: ReadonlySet<string>): Promise<Finding[]> {
  const missing = new Set<string>();
  for (const file of files)
    if (isFailure(file) && !files.has(within(folderOf(file), 'run.json')))
      missing.add(folderOf(file));
  const { sparsities = [], replicates = 0 } =
    (await readPopulation(folder).catch(() => undefined)) ?? {};
  for (const sparsity of sparsities)
    for (let i = 0; i < replicates && missing.size < MOST_MISSING; i++) {
      const model = `sparsity=${sparsity}/replicate=${String(i).padStart(2, '0')}`;
      if (!files.has(`${model}/run.json`)) missing.add(model);
    }
  return Promise.all([...missing].map((model) => missingModel(folder, model, files)));
}

async function missingModel(
  folder: string,
  model: string,
  files: ReadonlySet<string>,
): Promise<Finding> {
  const isBegun = files.has(within(model, 'checkpoint.safetensors'));
  const failure = files.has(within(model, 'failure.json'))
    ? await readFailure(joinPlace(folder, ...model.split('/'))).catch(() => undefined)
    : undefined;
  return { file: model || '.', state: 'missing', wayOut: missingWayOut(isBegun, failure) };
}

function found(file: string, state: Finding['state']): Finding {
  const isWrong = state === 'damaged' || state === 'missing';
  return { file, state, ...(isWrong && { wayOut: wayOutOf(file) }) };
}
