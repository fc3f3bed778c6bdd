import { OptionError, type ScoreRow } from 'selective-brain-damage-statistics';
import {
  bySparsity,
  checkOptions,
  choice,
  count,
  either,
  FUNCTION,
  interruptible,
  joinPlace,
  listOf,
  numberIn,
  type OptionRules,
  requireAwaited,
  required,
  resolvePlace,
  SIGNAL,
  scoresBySet,
  scoreTable,
  shown,
  TEXT,
  type VariantOf,
  variantOfSparsity,
} from 'selective-brain-damage-statistics/internal';
import { BACKEND_NAMES, type BackendName, useBackend } from '../backend/backend';
import type { DataFrame } from '../bundled/danfo';
import { DATASET, type ImageDataset } from '../datasets/imageDataset';
import { SHIFTED_SET, type ShiftedSet } from '../datasets/shiftedSet';
import { frameOf } from '../frames/frame';
import type { TrainedModel } from '../models/modelFolder';
import { checkNetwork, isNetwork, type Network, variantOf } from '../models/network';
import { checkQueue } from '../queue/runUnits';
import { inFolder } from '../workers/inFolder';
import { type EvaluationProgress, EvaluationTally } from './evaluationTally';
import { allSets } from './imageSets';
import { describedNetwork, isOnGpu } from './networkSpec';
import { withReplicates } from './replicates';
import { scoreInMemory } from './scoreInMemory';
import { recordedModels, scorePopulation } from './scorePopulation';
import type { PlacedModel } from './scoreSet';
import type { RecordedModel } from './scoreSpec';

/** A network in memory, with its place among the models. */
export interface EvaluatedModel {
  /** What was done to the network. Default: `dense` or `pruned 0.9`, by the sparsity. */
  readonly variant?: string;
  /** Share of the weights that are zero, 0–1. Default: that which the network was trained to. */
  readonly sparsity?: number;
  /** Tells the models of a variant apart. Default: their order, from 0. */
  readonly replicate?: number;
  /** Images `[n, height, width, channels]` to logits or probabilities `[n, classes]`. */
  readonly model: Network;
}

/** The models of an evaluation: a population's folder, or networks in memory. */
export type EvaluatedModels = string | Network | readonly (Network | EvaluatedModel)[];

/** Options of {@link scoreModels}. */
export interface ScoreModelsOptions {
  /** Images without a shift, for the rows `clean`. */
  clean: ImageDataset;
  /**
   * One set of shifted images or several: what `corruptedSets`, `loadImageNetC`, `loadImageNetA` and
   * `loadCifar10C` give, or sets of the user's own.
   */
  shifted: ShiftedSet | readonly ShiftedSet[];
  /**
   * Folder of the scores, from which a rerun resumes: of a population's models, default `robustness` in
   * its folder, or of ONNX networks, which are not kept by default. Scores of other models in memory are
   * not kept.
   */
  folder?: string;
  /** Processes of one thread each, for a population or ONNX networks. Default: one per core; one on a GPU. */
  processes?: number;
  /**
   * A queue whose workers (`sbd worker`), on any machine, evaluate the models in place of this machine:
   * `redis://user:password@host:6379`. They read models and images and write `folder` at the same places.
   * Default: none.
   */
  queue?: string;
  /** Default: the current backend, else the first that loads. */
  backend?: BackendName;
  /** Images at a time. Default: 250 of 32 × 32 pixels, fewer of larger ones. */
  batchSize?: number;
  /** Called as the evaluation progresses. Default: a line on the terminal. */
  onProgress?: (progress: EvaluationProgress) => void;
  /** Stops the evaluation and keeps the sets that are done. Interrupting a notebook does so too. */
  signal?: AbortSignal;
}

/** The options' rules, which `evalRobustness` shares. */
export const scoreRules: OptionRules<ScoreModelsOptions> = {
  clean: required(DATASET),
  shifted: required(either(SHIFTED_SET, listOf(SHIFTED_SET, 0))),
  folder: TEXT,
  processes: count(),
  queue: TEXT,
  backend: choice(BACKEND_NAMES),
  batchSize: count(),
  onProgress: FUNCTION,
  signal: SIGNAL,
};

/**
 * Scores models on the clean images and on each shifted set: the scores that `evalRobustness` sums up
 * and that `perCorruptionTTest` tests.
 *
 * The models of a population's folder are evaluated in processes, one set of images at a time for
 * all of them, so that an image is read and corrupted once. A rerun resumes, also with more models or
 * sets: a model is evaluated once on each set, and where all scores are there, no weights are needed. A
 * model that cannot be loaded is named at the end, when the others have been evaluated.
 *
 * @param models a population's folder, or one or more networks; those that only memory holds are evaluated by
 *   this process. A `tf.LayersModel` or a function by itself is a variant of its own name
 * @returns a {@link ScoreRow} per set and model: clean first, then the sets in their order, each by
 *   sparsity, then replicate
 * @throws OptionError where the models do not take the images or have other classes, two sets have
 *   one name and severity, or for a wrong option or value
 * @throws EvaluationError where a set cannot be read, a model cannot be loaded, or the evaluation was
 *   stopped
 */
export async function scoreModels(
  models: EvaluatedModels,
  options: ScoreModelsOptions,
): Promise<DataFrame> {
  checkModels('scoreModels', models);
  checkOptions('scoreModels', options, scoreRules);
  return frameOf(scoreTable, await scoreRows(models, options));
}

/**
 * {@link scoreModels} as plain rows, without a check of its arguments.
 *
 * @param check called with the models before any is evaluated
 */
export async function scoreRows(
  models: EvaluatedModels,
  options: ScoreModelsOptions,
  check: (models: readonly VariantOf[]) => void = () => {},
): Promise<ScoreRow[]> {
  const { clean, shifted, onProgress, signal } = options;
  const { batchSize, processes, queue } = options;
  checkQueue(queue, processes);
  const sets = allSets(clean, shifted);
  const backend = await useBackend(options.backend ? { backend: options.backend } : {});
  const how = { sets, backend, processes, queue, batchSize };
  const tally = new EvaluationTally(sets.length, onProgress);
  const scores = await interruptible(signal, async (stop) => {
    if (typeof models !== 'string') {
      const placed = placedModels(models);
      check(placed);
      const described = describedModels(placed);
      const isShared = described && sets.every(({ data }) => data.spec !== undefined);
      if (queue !== undefined && (!isShared || options.folder === undefined))
        throw new OptionError(
          'queue: its workers evaluate the models of a folder, or networks in ONNX files on images that a loader ' +
            'opened, and need folder, where all of them write.',
          { option: 'queue' },
        );
      if (!described || !isShared) return scoreInMemory(placed, sets, batchSize, tally, stop);
      const onGpu = placed.some(({ model }) => isOnGpu(model));
      const shared = { ...how, ...(onGpu && processes === undefined && { processes: 1 }) };
      return inFolder(options.folder, (folder) =>
        scorePopulation({ ...shared, models: described, folder }, tally, stop),
      );
    }
    const recorded = await recordedModels(models);
    check(recorded);
    const folder = resolvePlace(options.folder ?? joinPlace(models, 'robustness'));
    return scorePopulation({ ...how, models: recorded, folder }, tally, stop);
  }).finally(() => tally.close());
  return scoresBySet(scores).flatMap((ofSet) =>
    ofSet.toSorted((a, b) => bySparsity(a, b) || a.replicate - b.replicate),
  );
}

/** The models as other processes open them; undefined where one lives in this process alone. */
function describedModels(models: readonly PlacedModel[]): RecordedModel[] | undefined {
  const described = models.map(({ model, ...place }): RecordedModel | undefined => {
    const network = describedNetwork(model);
    return network && { ...place, ...network };
  });
  return described.every((model) => model !== undefined) ? described : undefined;
}

/** Networks in memory, in their places. */
function placedModels(models: Exclude<EvaluatedModels, string>): PlacedModel[] {
  const all = isNetwork(models) ? [models] : (models as readonly (Network | EvaluatedModel)[]);
  return withReplicates('models', all.map(placed));
}

function placed(item: Network | EvaluatedModel): Omit<PlacedModel, 'replicate'> {
  if (isNetwork(item) && !('run' in item)) return { ...variantOf(item), model: item };
  const model = isNetwork(item) ? item : item.model;
  const own = variantOf(model);
  const { variant, sparsity, replicate } = item as EvaluatedModel;
  const bySparsity = sparsity === undefined ? own.variant : variantOfSparsity(sparsity);
  return {
    ...{ variant: variant ?? bySparsity, sparsity: sparsity ?? own.sparsity, model },
    ...(replicate !== undefined && { replicate }),
  };
}

const placeRules: OptionRules<Omit<EvaluatedModel, 'model'>> = {
  variant: TEXT,
  sparsity: numberIn(0, 1, 'a share of zeros, 0–1'),
  replicate: count(0),
};

/**
 * Checks the first argument of a cell that evaluates models.
 *
 * @throws OptionError for a promise, an empty list or anything that is not a network
 */
export function checkModels(cell: string, models: unknown): void {
  requireAwaited(cell, 'models', models);
  if (TEXT.accepts(models) || isNetwork(models)) return;
  if (!Array.isArray(models))
    throw new OptionError(
      `${cell}: expected a population's folder or networks as models, found ${shown(models)}.`,
      { option: 'models', value: models },
    );
  if (models.length === 0)
    throw new OptionError(`${cell}: models is empty; expected at least one network.`, {
      option: 'models',
      value: models,
    });
  for (const [i, item] of models.entries()) {
    const name = `models[${i}]`;
    requireAwaited(cell, name, item);
    const inPlace = typeof item === 'object' && item !== null && 'model' in item;
    if (inPlace && !isNetwork(item)) checkNetwork(cell, item.model, `${name}.model`);
    else checkNetwork(cell, item, name);
    if (isNetwork(item) && !('run' in item)) continue;
    const { model: _, masks: __, run: ___, ...place } = item as EvaluatedModel & TrainedModel;
    checkOptions<Partial<typeof place>>(cell, place, placeRules, `${name}.`);
  }
}
