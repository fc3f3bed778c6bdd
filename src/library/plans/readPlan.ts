import { dirname, resolve } from 'node:path';
import { readSettings, resolvePlace } from 'selective-brain-damage-statistics/internal';
import type { ImageDataset } from '../datasets/imageDataset';
import { openDataset, PLACES } from '../datasets/openDataset';
import { corruptedSets, type ShiftedSet } from '../datasets/shiftedSet';
import { checkPath } from '../optionRules';
import type { TrainPopulationOptions } from '../training/populationOptions';
import { checkPlan, type PlanFile, type PlannedImages } from './planFile';

/** A population and its evaluation, opened from a plan's file. */
export interface Plan {
  /** Options of `trainPopulation`. */
  readonly population: TrainPopulationOptions;
  /** Options of `evalRobustness`, where the plan names shifted images. */
  readonly robustness?: PlanRobustness;
}

/** The images of a plan's evaluation. */
export interface PlanRobustness {
  /** Images without a shift. */
  readonly clean: ImageDataset;
  /** Sets of shifted images. */
  readonly shifted: readonly ShiftedSet[];
}

/**
 * Reads a plan: a population as a JSON file, whose members are the options of `trainPopulation`, with images
 * named by their loader, and `robustness` for the shifted images that follow. Its schema is
 * `plans/plan.schema.json` of this package. `sbd train` runs it. Paths count from the plan's own folder.
 *
 * @returns the options of `trainPopulation` and of `evalRobustness`, with the data sets opened
 * @throws OptionError where the file is not JSON, lacks a member, or has an unknown one or a wrong value
 * @throws DatasetError where images cannot be opened
 */
export async function readPlan(file: string): Promise<Plan> {
  checkPath('readPlan', 'file', file);
  const { train, test, robustness, ...options } = await parsePlan(file);
  const at = dirname(resolve(file));
  const trainImages = await open(train, at);
  const testImages = await open(test, at);
  const population = {
    ...options,
    ...{ train: trainImages, test: testImages, folder: resolvePlace(options.folder, at) },
  };
  if (robustness === undefined) return { population };
  const { clean: cleanImages, corrupted, sets = [] } = robustness;
  const clean = cleanImages ? await open(cleanImages, at) : testImages;
  const others = await Promise.all(
    sets.map(async (set) => ({ ...set, data: await open(set.data, at) })),
  );
  const shifted = [...(corrupted ? corruptedSets(clean, corrupted) : []), ...others];
  return { population, robustness: { clean, shifted } };
}

/**
 * A plan's members, checked.
 *
 * @throws OptionError as `readPlan`
 */
export function parsePlan(file: string): Promise<PlanFile> {
  return readSettings<PlanFile>(file, 'the plan', (plan) => checkPlan(file, plan));
}

/** Opens a plan's images, whose places count from the plan's folder. */
function open({ loader, options = {}, views }: PlannedImages, at: string): Promise<ImageDataset> {
  const placed = (name: string, value: unknown): unknown => {
    if (!PLACES.includes(name)) return value;
    if (Array.isArray(value)) return value.map((one) => placed(name, one));
    return typeof value === 'string' ? resolve(at, value) : value;
  };
  const entries = Object.entries(options).map(([name, value]) => [name, placed(name, value)]);
  return openDataset({ loader, options: Object.fromEntries(entries), ...(views && { views }) });
}
