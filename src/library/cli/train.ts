import { Command, Option } from 'commander';
import { modelAccuracy, type Predictions } from 'selective-brain-damage-statistics';
import { groupBy, runCommand } from 'selective-brain-damage-statistics/internal';
import { scoreRows } from '../evaluation/scoreModels';
import { evaluatePlanned, trainPlanned } from '../plans/planUnits';
import { type Plan, readPlan } from '../plans/readPlan';
import type { PopulationFailure } from '../training/population';
import { trainPopulation } from '../training/trainPopulation';
import { withFolder } from './planFolder';
import { from0, whole } from './whole';

const USAGE = `Usage: sbd train <plan.json> [options]

Trains the population that a plan describes, has each model predict the test images, and evaluates
all on the plan's shifted images. Stopped and run again, it goes on. The plan is JSON with the
options of trainPopulation; its schema is plans/plan.schema.json of this package.

  --folder <place>     in place of the plan's folder
  --processes <n>      default: one per core; one on a GPU
  --queue <url>        workers of this queue train, on any machine: redis://user:password@host:6379
  --network <i>        trains this network only, counted from 0, in one process
  --set <i>            evaluates the networks that are there on this set of images, 0 the clean one

Machines of a cluster train and evaluate one by one (sbd plan).

Exit status: 0 all is there, 1 some models failed twice, 3 the plan cannot be used,
130 stopped by Ctrl-C and 143 by SIGTERM, after all is saved.
`;

interface Values {
  readonly folder?: string;
  readonly processes?: number;
  readonly queue?: string;
  readonly network?: number;
  readonly set?: number;
}

/** `sbd train`: runs a plan, or one unit of it. */
export function train(argv: readonly string[]): Promise<number> {
  const others = ['processes', 'queue'];
  const command = new Command('sbd train')
    .argument('<plan.json>')
    .option('--folder <place>')
    .addOption(new Option('--processes <n>').argParser(whole))
    .option('--queue <url>')
    .addOption(new Option('--network <i>').argParser(from0).conflicts([...others, 'set']))
    .addOption(new Option('--set <i>').argParser(from0).conflicts(others));
  return runCommand(command, argv, USAGE, () => run(command.args[0]!, command.opts()));
}

async function run(file: string, values: Values): Promise<number> {
  const { folder, network, set, ...how } = values;
  const plan = withFolder(await readPlan(file), folder);
  if (network !== undefined) return report(await trainPlanned(plan, network));
  if (set !== undefined) {
    await evaluatePlanned(plan, set);
    return 0;
  }
  const population = await trainPopulation({
    ...{ ...plan.population, ...how, allowFailures: true },
  });
  console.log(`${population.folder}\n${accuracies(population)}`);
  if (plan.robustness) await evaluate(population.folder, plan.robustness, how);
  return population.failures.length > 0 ? 1 : 0;
}

function report(failures: readonly PopulationFailure[]): number {
  for (const { variant, replicate, reason } of failures)
    console.error(`${variant}, replicate ${replicate}: ${reason}`);
  return failures.length > 0 ? 1 : 0;
}

async function evaluate(
  folder: string,
  { clean, shifted }: NonNullable<Plan['robustness']>,
  how: Pick<Values, 'processes' | 'queue'>,
): Promise<void> {
  const scores = await scoreRows(folder, { clean, shifted, ...how });
  console.log(`${scores.length} scores on ${shifted.length + 1} sets of images`);
}

/** A line per variant: how many models there are, and their top-1. */
function accuracies(predictions: Predictions): string {
  const groups = groupBy(modelAccuracy(predictions), ({ variant }) => variant);
  const width = Math.max(...[...groups.keys()].map((variant) => variant.length));
  return [...groups]
    .map(([variant, models]) => {
      const mean = models.reduce((sum, { top1 }) => sum + top1, 0) / models.length;
      const count = models.length === 1 ? '1 model' : `${models.length} models`;
      return `  ${variant.padEnd(width)}  ${count}, top-1 ${(100 * mean).toFixed(1)}%`;
    })
    .join('\n');
}
