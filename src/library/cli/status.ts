import { setTimeout } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { OptionError } from 'selective-brain-damage-statistics';
import { runCommand, toJson } from 'selective-brain-damage-statistics/internal';
import { folderStatus } from '../status/folderStatus';
import { queueStatus } from '../status/queueStatus';
import { isOver, type Status } from '../status/status';
import { statusText } from '../status/statusText';
import { whole } from './whole';

const USAGE = `Usage: sbd status [<folder> | s3://bucket/prefix | redis://host:6379] [options]

Shows how far a population has come, by the files in its folder or bucket, or how far the units of a
queue have: for every level what is done, under way and failed, and the time that is left. A network
counts as under way while it writes its checkpoint. What a queue did is forgotten after a day.

  --watch           shows it again until nothing is left to do
  --seconds <n>     between two looks (default 10)
  --json            as JSON, each look in a line with --watch

Without a place: the queue that SBD_QUEUE names, as a password in the arguments is shown to others.
`;

interface Values {
  readonly watch?: boolean;
  readonly seconds?: number;
  readonly json?: boolean;
}

/** `sbd status`: how far work has come. */
export function status(argv: readonly string[]): Promise<number> {
  const command = new Command('sbd status')
    .argument('[place]')
    .option('--watch')
    .addOption(new Option('--seconds <n>').argParser(whole))
    .option('--json');
  return runCommand(command, argv, USAGE, () => run(command.args[0], command.opts()));
}

async function run(
  place = process.env.SBD_QUEUE,
  { watch = false, seconds = 10, json = false }: Values,
): Promise<number> {
  if (!place)
    throw new OptionError('sbd status: give a folder, s3://bucket/prefix or redis://host:6379.', {
      option: 'place',
    });
  for (;;) {
    const now = await (/^rediss?:/.test(place) ? queueStatus(place) : folderStatus(place));
    show(now, watch, json);
    if (!watch || isOver(now)) return 0;
    await setTimeout(1000 * seconds);
  }
}

function show(now: Status, watch: boolean, json: boolean): void {
  // On a terminal the next look replaces the one before.
  if (watch && !json && process.stdout.isTTY) process.stdout.write('\x1b[H\x1b[J');
  if (!json) console.log(statusText(now, process.stdout));
  else console.log(watch ? JSON.stringify(now) : toJson(now).trimEnd());
}
