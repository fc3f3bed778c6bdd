import {
  checkOptions,
  choice,
  listOf,
  numberIn,
  type OptionRules,
  required,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import type { BackendName } from '../backend/backend';
import type { Quantization } from '../compression/quantization';
import { LOADERS } from '../datasets/openDataset';
import { type CorruptedSetsOptions, corruptedSetsRules } from '../datasets/shiftedSet';
import type { DatasetSpec } from '../datasets/types';
import { VIEW_RULES } from '../datasets/views/rules';
import { checkModelSpec, type ModelSpec } from '../models/modelSpec';
import { object } from '../optionRules';
import { checkCompress, populationRules } from '../training/populationOptions';
import { checkNestedOptions, type TrainingOptions } from '../training/trainingOptions';

/** Images, as a plan names them: a loader, the options it is called with, and views. */
export type PlannedImages = Pick<DatasetSpec, 'loader'> & Partial<DatasetSpec>;

/** A set of shifted images, as a plan names it. */
export interface PlannedSet {
  /** The set's name. */
  readonly corruption: string;
  /** 1–5; 0 where the set has none. */
  readonly severity: number;
  /** The images. */
  readonly data: PlannedImages;
}

/** The images on which a plan's population is evaluated, as `evalRobustness` does. */
export interface PlannedRobustness {
  /** Images without a shift. Default: the plan's `test`. */
  readonly clean?: PlannedImages;
  /** The clean images under corruptions, with the options of `corruptedSets`; `{}` for all 75. */
  readonly corrupted?: CorruptedSetsOptions;
  /** Further sets. */
  readonly sets?: readonly PlannedSet[];
}

/** A population as a JSON file; what a member means, `trainPopulation` says. */
export interface PlanFile extends TrainingOptions {
  /** Training images. */
  readonly train: PlannedImages;
  /** Images to predict. */
  readonly test: PlannedImages;
  /** A network by name, as `{ "name": "small-cnn" }`. */
  readonly model: ModelSpec;
  /** Sparsities, 0 (dense) to below 1, at least one. */
  readonly sparsities: readonly number[];
  /** Models of each sparsity. */
  readonly replicates: number;
  /** Every model's own seed is derived from it. */
  readonly seed: number;
  /** Quantized versions of every dense model. */
  readonly compress?: readonly Quantization[];
  /** Folder of models and predictions, from the plan's own folder. */
  readonly folder: string;
  /** Seconds between checkpoints of a model. Default 60. */
  readonly checkpointSeconds?: number;
  /** The backend of all models. Default: the first that loads. */
  readonly backend?: BackendName;
  /** Sets of shifted images on which the models are evaluated in the end. */
  readonly robustness?: PlannedRobustness;
}

const {
  allowFailures: _,
  processes: __,
  queue: ___,
  onProgress: ____,
  signal: _____,
  ...shared
} = populationRules;
const IMAGES = object('images as { "loader": "cifar10", "options": { … }, "views": [ … ] }');

/** The rules of a plan's members. */
export const planRules: OptionRules<PlanFile> = {
  ...shared,
  train: required(IMAGES),
  test: required(IMAGES),
  model: required(object('a network by name, as { "name": "small-cnn" }')),
  robustness: object('{ clean, corrupted, sets }'),
};

const imagesRules: OptionRules<PlannedImages> = {
  loader: required(choice(LOADERS)),
  options: object("the loader's options"),
  views: listOf(object('a view as { "op": "take", "count": 1000 }'), 0),
};

const robustnessRules: OptionRules<PlannedRobustness> = {
  clean: IMAGES,
  corrupted: object('the options of corruptedSets'),
  sets: listOf(object('{ corruption, severity, data }'), 0),
};

const setRules: OptionRules<PlannedSet> = {
  corruption: required(TEXT),
  severity: required(numberIn(0, 5, 'a whole number, 0–5')),
  data: required(IMAGES),
};

/**
 * Checks what a plan's file holds; the loaders check their options themselves.
 *
 * @throws OptionError naming the file, the member and what is expected
 */
export function checkPlan(file: string, plan: PlanFile): void {
  checkOptions(file, plan, planRules);
  checkNestedOptions(file, plan);
  checkModelSpec(file, plan.model);
  checkCompress(file, plan);
  checkImages(file, plan.train, 'train.');
  checkImages(file, plan.test, 'test.');
  const { robustness } = plan;
  if (robustness === undefined) return;
  checkOptions(file, robustness, robustnessRules, 'robustness.');
  const { clean, corrupted, sets = [] } = robustness;
  if (clean) checkImages(file, clean, 'robustness.clean.');
  if (corrupted) checkOptions(file, corrupted, corruptedSetsRules, 'robustness.corrupted.');
  for (const [i, set] of sets.entries()) {
    checkOptions(file, set, setRules, `robustness.sets[${i}].`);
    checkImages(file, set.data, `robustness.sets[${i}].data.`);
  }
}

function checkImages(file: string, images: PlannedImages, path: string): void {
  checkOptions(file, images, imagesRules, path);
  for (const [i, view] of (images.views ?? []).entries()) {
    const at = `${path}views[${i}].`;
    const { op, ...options } = view;
    checkOptions(file, { op }, { op: required(choice(Object.keys(VIEW_RULES))) }, at);
    checkOptions<object>(file, options, VIEW_RULES[op], at);
  }
}
