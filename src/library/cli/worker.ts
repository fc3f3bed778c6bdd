import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { OptionError, QueueError } from 'selective-brain-damage-statistics';
import { interruptible, runCommand } from 'selective-brain-damage-statistics/internal';
import { serveQueue } from '../queue/serveQueue';
import { whole } from './whole';

const USAGE = `Usage: sbd worker [<queue>] [options]

Does what trainPopulation, evalRobustness, predict and sbd train submit to a queue in Redis or
Valkey, each unit in a process of one thread, on any number of machines. They read images and write
results at the same places: in folders that the machines share, or in buckets (AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL). A worker that is stopped saves what is under
way, and another one goes on from there; so it does soon after a worker was killed.

  <queue>               redis://user:password@host:6379, rediss:// for TLS (default: SBD_QUEUE)
  --processes <n>       units at once (default: one per core)
  --lock-seconds <n>    after which the units of a killed worker are taken over (default 30)

Exit status: 130 stopped by Ctrl-C, 143 by SIGTERM, 3 for a queue that it cannot use.
`;

interface Values {
  readonly processes?: number;
  readonly lockSeconds?: number;
}

/** `sbd worker`: does the units of a queue until it is stopped. */
export function worker(argv: readonly string[]): Promise<number> {
  const command = new Command('sbd worker')
    .argument('[queue]')
    .addOption(new Option('--processes <n>').argParser(whole))
    .addOption(new Option('--lock-seconds <n>').argParser(whole));
  return runCommand(command, argv, USAGE, () => run(command.args[0], command.opts()));
}

async function run(
  queue = process.env.SBD_QUEUE,
  { processes = availableParallelism(), ...options }: Values,
): Promise<number> {
  if (!queue)
    throw new OptionError('sbd worker: give the queue, as redis://host:6379, or set SBD_QUEUE.', {
      option: 'queue',
    });
  return interruptible(undefined, async (signal) => {
    await serveQueue(queue, { processes, signal, ...options, onLine: console.log });
    throw new QueueError(
      'The worker was stopped; what was under way is saved and back in the queue.',
    );
  });
}
