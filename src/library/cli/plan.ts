import { basename, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { OptionError } from 'selective-brain-damage-statistics';
import {
  isInBucket,
  readText,
  resolvePlace,
  runCommand,
  toJson,
} from 'selective-brain-damage-statistics/internal';
import { kubernetesJobs } from '../plans/kubernetesJobs';
import type { PlanFile } from '../plans/planFile';
import { jobName } from '../plans/plannedJob';
import { countUnits } from '../plans/planUnits';
import { parsePlan } from '../plans/readPlan';
import { slurmScript } from '../plans/slurmScript';
import { folderStatus } from '../status/folderStatus';
import { isOver } from '../status/status';
import { statusText } from '../status/statusText';

/** The exit status of a plan of which something is still to be done (EX_TEMPFAIL). */
const UNFINISHED = 75;

const USAGE = `Usage: sbd plan <plan.json> [--status | --slurm | --kubernetes] [options]

Says how much of a plan is done, or prints jobs of a cluster that do it: a task for each network,
then one for each set of images, as sbd train --network and --set do. A task that fails does not
stop the others; one that is stopped or loses its machine goes on from its checkpoint.

  --status             what is done, failed and left, by the files in the plan's folder (default)
  --json               the same as JSON
  --slurm              a script for a place that all nodes reach: bash it, with options of sbatch
  --kubernetes         manifests for kubectl apply: the plan, and two Indexed Jobs
    --image <image>    the container image of sbd (see Dockerfile)
    --claim <name>     a persistent volume claim, in whose root the plan counts its paths
    --secret <name>    a secret with AWS_ACCESS_KEY_ID and so on, for a bucket
  --folder <place>     in place of the plan's folder

Exit status of --status: 0 all is there, 1 only what failed is missing, 75 more is.
`;

interface Values {
  readonly json?: boolean;
  readonly slurm?: boolean;
  readonly kubernetes?: boolean;
  readonly image?: string;
  readonly claim?: string;
  readonly secret?: string;
  readonly folder?: string;
}

/** `sbd plan`: a plan's state, or its units as jobs of a cluster. */
export function plan(argv: readonly string[]): Promise<number> {
  const forms = ['status', 'slurm', 'kubernetes'];
  const form = (name: string) =>
    new Option(`--${name}`).conflicts(forms.filter((other) => other !== name));
  const command = new Command('sbd plan')
    .argument('<plan.json>')
    .addOption(form('status'))
    .addOption(new Option('--json').conflicts(['slurm', 'kubernetes']))
    .addOption(form('slurm'))
    .addOption(form('kubernetes'))
    .option('--image <image>')
    .option('--claim <name>')
    .option('--secret <name>')
    .option('--folder <place>');
  return runCommand(command, argv, USAGE, () => run(command.args[0]!, command.opts()));
}

async function run(file: string, values: Values): Promise<number> {
  const planned = await parsePlan(file);
  const folder =
    values.folder === undefined
      ? resolvePlace(planned.folder, resolve(file, '..'))
      : resolvePlace(values.folder);
  if (values.slurm) console.log(slurmOf(file, planned, folder, values).trimEnd());
  else if (values.kubernetes) console.log((await kubernetesOf(file, planned, values)).trimEnd());
  else return status(folder, planned, values);
  return 0;
}

async function status(folder: string, planned: PlanFile, { json }: Values): Promise<number> {
  const now = await folderStatus(folder, { ...planned, sets: countUnits(planned).sets });
  console.log(json ? toJson(now).trimEnd() : statusText(now, process.stdout));
  if (!isOver(now)) return UNFINISHED;
  return now.failures.length > 0 ? 1 : 0;
}

function slurmOf(file: string, planned: PlanFile, folder: string, values: Values): string {
  return slurmScript({
    ...{ name: jobName(folder), ...countUnits(planned) },
    command: [process.execPath, resolve(process.argv[1]!)],
    plan: resolve(file),
    args: values.folder === undefined ? [] : ['--folder', folder],
  });
}

async function kubernetesOf(file: string, planned: PlanFile, values: Values): Promise<string> {
  const { image, claim, secret } = values;
  const folder = values.folder ?? planned.folder;
  if (image === undefined)
    throw new OptionError('--image: expected the container image of sbd (see Dockerfile).', {
      option: 'image',
    });
  if (!isInBucket(folder) && claim === undefined)
    throw new OptionError(
      `${basename(file)}: its pods share no folder ${folder}; give --claim, a persistent volume claim, or ` +
        '--folder s3://bucket/prefix.',
      { option: 'folder', value: folder },
    );
  return kubernetesJobs({
    ...{ name: jobName(folder), ...countUnits(planned), image, claim, secret },
    plan: (await readText(file, 'the plan', OptionError)).trim(),
    folder: values.folder,
  });
}
