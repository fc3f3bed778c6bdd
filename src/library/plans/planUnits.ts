import { OptionError } from 'selective-brain-damage-statistics';
import {
  interruptible,
  joinPlace,
  readPopulation,
} from 'selective-brain-damage-statistics/internal';
import { type BackendName, useBackend } from '../backend/backend';
import { chosenKinds } from '../datasets/shiftedSet';
import { EvaluationTally } from '../evaluation/evaluationTally';
import { allSets } from '../evaluation/imageSets';
import { recordedModels, scorePopulation } from '../evaluation/scorePopulation';
import type { PopulationFailure } from '../training/population';
import { checkPopulationOptions } from '../training/populationOptions';
import { trainOneNetwork } from '../training/trainOneNetwork';
import type { PlanFile } from './planFile';
import type { Plan } from './readPlan';

/** How many units a plan has, which machines that know nothing of each other do, numbered from 0. */
export interface UnitCounts {
  /** Networks to train: replicate 0 at every sparsity, then replicate 1, and so on. */
  readonly networks: number;
  /** Sets of images to evaluate all networks on: the clean one, corrupted ones, others; 0 without any. */
  readonly sets: number;
}

/** Counts a plan's units; opens no images. */
export function countUnits({ sparsities, replicates, robustness }: PlanFile): UnitCounts {
  const { corrupted, sets = [] } = robustness ?? {};
  const shifted = (corrupted ? chosenKinds(corrupted).length : 0) + sets.length;
  return { networks: sparsities.length * replicates, sets: robustness ? 1 + shifted : 0 };
}

/**
 * Trains one network of a plan.
 *
 * @returns the models that failed twice
 * @throws OptionError where there is no such network
 */
export async function trainPlanned(
  { population }: Plan,
  network: number,
  signal: AbortSignal,
): Promise<PopulationFailure[]> {
  checkPopulationOptions('sbd train', population);
  const { sparsities, replicates } = population;
  checkUnit('network', network, sparsities.length * replicates);
  return trainOneNetwork({ ...population, signal }, network);
}

/**
 * Evaluates all networks of a plan that are there on one of its sets of images.
 *
 * @throws OptionError where there is no such set, or no network
 * @throws EvaluationError where a set cannot be read or a network not be loaded
 */
export async function evaluatePlanned(
  { population, robustness }: Plan,
  set: number,
  signal: AbortSignal,
): Promise<void> {
  const sets = robustness ? allSets(robustness.clean, robustness.shifted) : [];
  checkUnit('set', set, sets.length);
  const { folder } = population;
  const of = await readPopulation(folder);
  const name = population.backend ?? (of?.backend as BackendName | undefined);
  const backend = await useBackend(name ? { backend: name } : {});
  const models = await recordedModels(folder);
  const tally = new EvaluationTally(1, undefined);
  const evaluation = { models, sets: [sets[set]!], folder: joinPlace(folder, 'robustness') };
  await interruptible(signal, (stop) =>
    scorePopulation({ ...evaluation, backend, processes: 1 }, tally, stop),
  ).finally(() => tally.close());
}

function checkUnit(kind: 'network' | 'set', unit: number, count: number): void {
  if (unit < count) return;
  const all = count === 0 ? 'none' : `0–${count - 1}`;
  throw new OptionError(`--${kind}: ${unit}; expected one of the plan's ${kind}s, ${all}.`, {
    option: kind,
    value: unit,
  });
}
