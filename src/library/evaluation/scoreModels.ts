import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EvaluationError, OptionError, type ScoreRow } from 'selective-brain-damage-statistics';
import {
  bySparsity,
  CLEAN,
  checkCount,
  formatDuration,
  groupBy,
  interruptible,
  progress,
  scoresBySet,
  scoreTable,
  variantOfSparsity,
} from 'selective-brain-damage-statistics/internal';
import { type BackendName, defaultProcesses, useBackend } from '../backend/backend';
import type * as tf from '../backend/tf';
import type { DataFrame } from '../bundled/danfo';
import type { ImageDataset } from '../datasets/imageDataset';
import { optionsAnywhere, specOf } from '../datasets/openDataset';
import type { ShiftedSet } from '../datasets/shiftedSet';
import { frameOf } from '../frames/frame';
import { checkFit } from '../models/model';
import { findModels, loadModel, type TrainedModel } from '../models/modelFolder';
import { type FailedSpec, runInWorkers } from '../workers/runInWorkers';
import { readScores, scoresOf, type VariantModel } from './robustnessScores';
import type { RobustnessJob, RobustnessReport, RunModel } from './robustnessWorker';

/** A model in memory, with its place in the population. */
export interface EvaluatedModel {
  /** What was done to the network. Default: `dense` or `pruned 0.9`, by `sparsity`. */
  readonly variant?: string;
  /** Share of the weights that are zero, 0–1. Default: none is known, NaN. */
  readonly sparsity?: number;
  /** Images `[n, height, width, channels]` to logits `[n, classes]`. */
  readonly model: tf.LayersModel;
}

/** Options of {@link scoreModels}. */
export interface ScoreModelsOptions {
  /** Images without a shift, for the rows `clean`. */
  clean: ImageDataset;
  /**
   * What the models are put to: `corruptedSets(clean)`, what `loadImageNetC`, `loadImageNetA` and
   * `loadCifar10C` give, or sets of one's own.
   */
  shifted: readonly ShiftedSet[];
  /**
   * Where the scores of a population's models are kept, and what a rerun goes on from. Default:
   * `robustness` in the population's folder. Models in memory leave none.
   */
  folder?: string;
  /** Processes of one thread each, for a population. Default: one per core; one on a GPU. */
  processes?: number;
  /** Default: the current backend, else the first that loads. */
  backend?: BackendName;
  /** Images at a time. Default: 250 of 32 × 32 pixels, fewer of larger ones. */
  batchSize?: number;
  /** Called as the evaluation moves on. Default: a line on the terminal. */
  onProgress?: (progress: EvaluationProgress) => void;
  /** Stops the evaluation; the sets that are done are kept. An interrupted notebook does so too. */
  signal?: AbortSignal;
}

/** Where an evaluation stands. */
export interface EvaluationProgress {
  /** Sets of images that all models have seen. */
  readonly done: number;
  readonly sets: number;
  /** Of one model each, over all processes. */
  readonly imagesPerSecond: number;
  /** Infinity while nothing is known. */
  readonly secondsLeft: number;
}

/**
 * Puts models to the clean images and to each shifted set: the scores that `evalRobustness` sums up
 * and that `perCorruptionTTest` tests.
 *
 * The models of a population's folder are evaluated in processes, one set of images at a time for
 * all of them, so that an image is read and corrupted once. Stopped and run again, or with more
 * models or sets, it goes on: a model that has seen a set does not see it again, and where all have
 * seen all, the scores are enough and no weights are needed. A model that cannot be loaded is named at
 * the end, when the others have been evaluated.
 *
 * @param models a population's folder, or models in memory, which this process evaluates
 * @returns a {@link ScoreRow} per set and model: clean first, then the sets in their order, each by
 *   sparsity, then replicate
 * @throws OptionError where the models do not take the images or have other classes, two sets have
 *   one name and severity, or an option has a value that it does not take
 * @throws EvaluationError where a set cannot be read, a model cannot be loaded, or the evaluation was
 *   stopped
 */
export async function scoreModels(
  models: string | readonly (EvaluatedModel | TrainedModel)[],
  options: ScoreModelsOptions,
): Promise<DataFrame> {
  return frameOf(scoreTable, await scoreRows(models, options));
}

/**
 * {@link scoreModels} as plain rows.
 *
 * @param check told which models are to be evaluated, before any is
 */
export async function scoreRows(
  models: string | readonly (EvaluatedModel | TrainedModel)[],
  options: ScoreModelsOptions,
  check: (models: readonly Pick<VariantModel, 'variant' | 'sparsity'>[]) => void = () => {},
): Promise<ScoreRow[]> {
  if (options.batchSize !== undefined) checkCount('batchSize', options.batchSize);
  const sets = allSets(options);
  await useBackend(options.backend ? { backend: options.backend } : {});
  const meter = new Meter(sets, options.onProgress);
  try {
    const scores = await interruptible(options.signal, (signal) =>
      typeof models === 'string'
        ? ofPopulation(resolve(models), sets, { ...options, signal }, meter, check)
        : inMemory(models.map(placed), sets, { ...options, signal }, meter, check),
    );
    return scoresBySet(scores).flatMap((ofSet) =>
      ofSet.toSorted((a, b) => bySparsity(a, b) || a.replicate - b.replicate),
    );
  } finally {
    meter.close();
  }
}

type Check = NonNullable<Parameters<typeof scoreRows>[2]>;

function allSets({ clean, shifted }: ScoreModelsOptions): ShiftedSet[] {
  const sets = [{ corruption: CLEAN, severity: 0, data: clean }, ...shifted];
  const names = new Set<string>();
  for (const set of sets) {
    const { severity } = set;
    const name = nameOf(set);
    if (!Number.isInteger(severity) || severity < 0 || severity > 5)
      throw new OptionError(`shifted: ${name}; expected 1–5, or 0 for a set that has none.`);
    if (names.has(name))
      throw new OptionError(`shifted: ${name} is there twice; expected a name for each set.`);
    names.add(name);
  }
  return sets;
}

function nameOf({ corruption, severity }: Pick<ShiftedSet, 'corruption' | 'severity'>): string {
  return `${corruption}, severity ${severity}`;
}

function placed(model: EvaluatedModel | TrainedModel, replicate: number): VariantModel {
  const { sparsity = Number.NaN } = 'run' in model ? model.run.spec : model;
  const variant =
    ('run' in model ? undefined : model.variant) ??
    (Number.isNaN(sparsity) ? undefined : variantOfSparsity(sparsity));
  if (variant === undefined)
    throw new OptionError(
      `models[${replicate}]: neither variant nor sparsity; expected one, as in { variant: 'int8', model }.`,
    );
  return { variant, sparsity, replicate, model: model.model };
}

function checkModel(model: tf.LayersModel, sets: readonly ShiftedSet[]): void {
  for (const set of sets)
    try {
      checkFit(model, set.data);
    } catch (cause) {
      throw new OptionError(`${nameOf(set)}: ${(cause as Error).message}`, { cause });
    }
}

async function inMemory(
  models: readonly VariantModel[],
  sets: readonly ShiftedSet[],
  options: ScoreModelsOptions,
  meter: Meter,
  check: Check,
): Promise<ScoreRow[]> {
  if (models.length === 0) throw new OptionError('models is empty, expected at least one model.');
  check(models);
  for (const { model } of models) checkModel(model, sets);
  const { batchSize, signal } = options;
  meter.expect(sets.map(({ data }) => ({ data, models: models.length })));
  const scores: ScoreRow[] = [];
  for (const set of sets) {
    const how = {
      ...(batchSize !== undefined && { batchSize }),
      signal,
      onImages: (n: number) => meter.seen(n * models.length),
    };
    scores.push(
      ...(await scoresOf(models, set, how).catch((cause) => {
        if (signal?.aborted) throw stopped(signal);
        throw new EvaluationError(`${nameOf(set)}: ${cause.message}`, { cause });
      })),
    );
    meter.setDone();
  }
  return scores;
}

async function ofPopulation(
  population: string,
  sets: readonly ShiftedSet[],
  options: ScoreModelsOptions,
  meter: Meter,
  check: Check,
): Promise<ScoreRow[]> {
  const { signal, batchSize, folder = join(population, 'robustness') } = options;
  const backend = await useBackend();
  const models = await Promise.all(
    (await findModels(population)).map(async (model): Promise<RunModel> => {
      const run = await readFile(join(model.folder, 'run.json'));
      return { ...model, run: createHash('sha256').update(run).digest('hex') };
    }),
  );
  check(models);
  const files = sets.map((set) => join(resolve(folder), fileName(set)));
  const jobs: RobustnessJob[] = [];
  for (const [i, { corruption, severity, data }] of sets.entries()) {
    const seen = new Set((await readScores(files[i]!)).map(({ run }) => run));
    jobs.push({
      ...{ corruption, severity, file: files[i]!, backend: backend.name },
      data: specOf(data),
      models: models.filter(({ run }) => !seen.has(run)),
      ...(batchSize !== undefined && { batchSize }),
    });
  }
  const waiting = jobs.filter(({ models }) => models.length > 0);
  if (waiting.length > 0) {
    // One that cannot be loaded is for the processes to name.
    const first = await loadModel(waiting[0]!.models[0]!.folder).catch(() => undefined);
    if (first) checkModel(first.model, sets);
    first?.model.dispose();
  }
  meter.expect(jobs.map((job, i) => ({ data: sets[i]!.data, models: job.models.length })));
  const failures = await runInWorkers<RobustnessJob, RobustnessReport>(waiting, {
    worker: join(__dirname, 'robustnessWorker.js'),
    processes: options.processes ?? defaultProcesses(backend),
    signal,
    onReport: (_, seen) => meter.seen(seen),
    onEnd: () => meter.setDone(),
  });
  if (signal?.aborted) throw stopped(signal, folder);
  if (failures.length > 0)
    throw new EvaluationError(
      `${failures.length} of ${sets.length} sets could not be evaluated with every model; all other ` +
        `scores are kept in ${folder}:${reasonsOf(failures).join('')}`,
    );
  const runs = new Set(models.map(({ run }) => run));
  const scores = await Promise.all(files.map(readScores));
  return scores.flat().filter(({ run }) => runs.has(run));
}

/** A line per reason, with the first set that it stopped. */
function reasonsOf(failures: readonly FailedSpec<RobustnessJob>[]): string[] {
  return [...groupBy(failures, ({ reason }) => reason)].map(([reason, [first, ...others]]) => {
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    return `\n  ${nameOf(first!.spec)}${more}: ${reason}`;
  });
}

function stopped(signal: AbortSignal, folder?: string): EvaluationError {
  const way = folder === undefined ? '' : `; run it again to go on from ${folder}`;
  return new EvaluationError(`The evaluation was stopped${way}.`, { cause: signal.reason });
}

/** Tells apart all that decides a set's images, wherever they lie. */
function fileName({ corruption, severity, data }: ShiftedSet): string {
  const spec = specOf(data);
  const { loader, views } = spec;
  const identity = JSON.stringify([data.hash, loader, optionsAnywhere(spec), views]);
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  return `${corruption.replaceAll(/[^\w.-]/g, '_')}-${severity}-${key}.json`;
}

/** How far the models are, in images of one model each. */
class Meter {
  private readonly started = Date.now();
  private expected: number | undefined;
  private count = 0;
  private done = 0;

  constructor(
    private readonly sets: readonly ShiftedSet[],
    private readonly onProgress: ((progress: EvaluationProgress) => void) | undefined,
  ) {}

  /** @param work a set's images, and how many models have not seen them */
  expect(work: readonly { readonly data: ImageDataset; readonly models: number }[]): void {
    this.done = work.filter(({ models }) => models === 0).length;
    this.expected = work.reduce(
      (sum, { data, models }) => sum + (models === 0 ? 0 : models * (data.size ?? Number.NaN)),
      0,
    );
  }

  seen(images: number): void {
    this.count += images;
    this.report();
  }

  setDone(): void {
    this.done++;
    this.report();
  }

  close(): void {
    if (!this.onProgress) progress().done();
  }

  private report(): void {
    const seconds = (Date.now() - this.started) / 1000;
    const imagesPerSecond = this.count / Math.max(1e-3, seconds);
    const left = (this.expected ?? Number.NaN) - this.count;
    const secondsLeft = Math.max(0, left / imagesPerSecond);
    const now = {
      ...{ done: this.done, sets: this.sets.length, imagesPerSecond },
      secondsLeft: Number.isFinite(secondsLeft) ? secondsLeft : Number.POSITIVE_INFINITY,
    };
    if (this.onProgress) this.onProgress(now);
    else
      progress().update(
        `${now.done} of ${now.sets} sets seen, ${Math.round(imagesPerSecond)} images/s, ` +
          `${formatDuration(now.secondsLeft)} left`,
      );
  }
}
