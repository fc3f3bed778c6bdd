import { resolvePlace } from 'selective-brain-damage-statistics/internal';
import type { Plan } from '../plans/readPlan';

/** A plan whose files are kept elsewhere: in a folder, counted from the working folder, or a bucket. */
export function withFolder(plan: Plan, folder: string | undefined): Plan {
  if (folder === undefined) return plan;
  return { ...plan, population: { ...plan.population, folder: resolvePlace(folder) } };
}
