import { OptionError, TrainingError } from 'selective-brain-damage-statistics';
import {
  groupBy,
  joinPlace,
  NUMBER,
  nameOf,
  objectOf,
  parseJson,
  readPopulation,
  resolvePlace,
  type StoredFile,
  storeOf,
  variantOfSparsity,
} from 'selective-brain-damage-statistics/internal';
import type { Quantization } from '../compression/quantization';
import { readScores } from '../evaluation/scoreFiles';
import { variantOfQuantization } from '../models/variantOfRun';
import { readFailure } from '../training/trainingFailure';
import { type GroupStatus, isOver, type Status, secondsLeft, UNITS_FOR_TIME } from './status';

/** What a population's folder should hold in the end. */
export interface ExpectedPopulation {
  readonly sparsities: readonly number[];
  readonly replicates: number;
  readonly compress?: readonly Quantization[];
  readonly checkpointSeconds?: number;
  /** Sets of images that all models are evaluated on. Default: those that are there. */
  readonly sets?: number;
}

/** What a model's files say of it. */
interface ModelFiles {
  readonly name: string;
  readonly folder: string;
  readonly isQuantized: boolean;
  readonly isDone: boolean;
  readonly isFailed: boolean;
  readonly isRunning: boolean;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

const MODEL =
  /\/((?:sparsity|variant)=([^/]+))\/replicate=(\d+)(\.parquet|\/(?:run\.json|checkpoint\.safetensors|failure\.json))$/;
const SCORES = /\/robustness\/[^/]+\.json$/;
/** A network is under way unless its checkpoint is older than this many times the seconds between two. */
const CHECKPOINTS_MISSED = 3;

/**
 * How far a population has come, by the files in its folder or bucket.
 *
 * @param expected what it should hold. Default: what `population.json` says
 * @throws OptionError where nothing is expected and there is no population
 */
export async function folderStatus(place: string, expected?: ExpectedPopulation): Promise<Status> {
  const folder = resolvePlace(place);
  const wanted = expected ?? (await readPopulation(folder));
  const files = await storeOf(folder).list(folder);
  if (!wanted && files.length === 0)
    throw new OptionError(
      `${place}: no population; expected a folder that trainPopulation writes.`,
      {
        option: 'folder',
        file: folder,
      },
    );
  const {
    sparsities = [],
    replicates = 0,
    compress = [],
    checkpointSeconds = 60,
    sets = 0,
  } = (wanted ?? {}) as Partial<ExpectedPopulation>;
  const models = modelsIn(folder, files, checkpointSeconds);
  const found = groupBy(models, ({ name }) => name);
  const quantized = compress.map(variantOfQuantization);
  const names = [...sparsities.map(variantOfSparsity), ...quantized];
  const levels = [...new Set([...names, ...found.keys()])].map((name) =>
    levelOf(name, found.get(name) ?? [], names.includes(name) ? replicates : 0),
  );
  const done = models.filter(({ isDone }) => isDone);
  const seconds = await secondsOf(done.filter(({ isQuantized }) => !isQuantized));
  const failures = await Promise.all(
    models
      .filter(({ isFailed }) => isFailed)
      .map(async ({ name, folder: at }) => ({
        name: `${name}, ${nameOf(at)}`,
        reason: (await readFailure(at)) ?? 'unknown',
      })),
  );
  const groups = [...levels, ...(await setsOf(files, done.length, sets))];
  const networks = levels.filter(({ name }) => !quantized.includes(name));
  const left = secondsLeft(networks, seconds);
  return {
    ...{ place: folder, groups, failures },
    // The files do not tell which sets are under way.
    secondsLeft: left === 0 && !isOver({ groups }) ? Number.POSITIVE_INFINITY : left,
  };
}

function modelsIn(
  folder: string,
  files: readonly StoredFile[],
  checkpointSeconds: number,
): ModelFiles[] {
  const since = Date.now() - 1000 * CHECKPOINTS_MISSED * Math.max(20, checkpointSeconds);
  const ofModels = files.flatMap((file) => {
    const [, level, value, replicate, kind] =
      MODEL.exec(file.place.slice(folder.length).replaceAll('\\', '/')) ?? [];
    return kind === undefined ? [] : [{ ...file, level: level!, value: value!, replicate, kind }];
  });
  const byModel = groupBy(ofModels, ({ level, replicate }) => `${level}/replicate=${replicate}`);
  return [...byModel].map(([path, own]) => {
    const [{ level, value }] = own as [(typeof own)[number]];
    const file = (kind: string) => own.find((one) => one.kind === kind);
    const isQuantized = level.startsWith('variant=');
    const isDone = file('.parquet') !== undefined;
    const isFailed = !isDone && file('/failure.json') !== undefined;
    return {
      name: isQuantized ? decodeURIComponent(value) : variantOfSparsity(Number(value)),
      folder: `${folder}/${path}`,
      ...{ isQuantized, isDone, isFailed },
      isRunning: !isDone && !isFailed && (file('/checkpoint.safetensors')?.modified ?? 0) > since,
      modified: Math.max(...own.map(({ modified }) => modified)),
    };
  });
}

function levelOf(name: string, models: readonly ModelFiles[], expected: number): GroupStatus {
  const count = (is: (model: ModelFiles) => boolean) => models.filter(is).length;
  return {
    name,
    total: Math.max(expected, models.length),
    done: count(({ isDone }) => isDone),
    running: count(({ isRunning }) => isRunning),
    failed: count(({ isFailed }) => isFailed),
  };
}

/** Seconds of the networks that were done last. */
async function secondsOf(models: readonly ModelFiles[]): Promise<number[]> {
  const last = models.toSorted((a, b) => b.modified - a.modified).slice(0, UNITS_FOR_TIME);
  const runs = await Promise.all(last.map(({ folder }) => timedRun(joinPlace(folder, 'run.json'))));
  return runs.flatMap((run) => (run ? [run.outcome.seconds] : []));
}

/** The part of a training's record that is read here. */
const TIMED = objectOf({ outcome: objectOf({ seconds: NUMBER }) });

async function timedRun(
  file: string,
): Promise<{ readonly outcome: { readonly seconds: number } } | undefined> {
  const json = await storeOf(file).read(file);
  return (
    json &&
    parseJson(
      {
        file,
        what: 'the record of the run',
        rule: TIMED,
        Failure: TrainingError,
        wayOut: 'Delete it and run the training again.',
      },
      json,
    )
  );
}

/** The sets of images that all models which are there were evaluated on. */
async function setsOf(
  files: readonly StoredFile[],
  models: number,
  expected: number,
): Promise<GroupStatus[]> {
  const scores = files.filter(({ place }) => SCORES.test(place.replaceAll('\\', '/')));
  const total = Math.max(expected, scores.length);
  if (total === 0) return [];
  const scored = await Promise.all(
    scores.map(async ({ place }) => (await readScores(place)).length >= models),
  );
  const done = models === 0 ? 0 : scored.filter((isWhole) => isWhole).length;
  return [{ name: 'sets of images', total, done, running: 0, failed: 0 }];
}
