import type { JobType } from 'bullmq';
import { byText } from 'selective-brain-damage-statistics/internal';
import { QUEUE_NAME, reachQueue, type UnitJob, type UnitQueue } from '../queue/connection';
import {
  type GroupStatus,
  type Status,
  secondsLeft,
  UNITS_FOR_TIME,
  type UnitFailure,
} from './status';

const AT_ONCE = 500;

/** The states of a queue's units. */
const STATES: Readonly<Record<'done' | 'running' | 'failed' | 'waiting', JobType[]>> = {
  done: ['completed'],
  running: ['active'],
  failed: ['failed'],
  waiting: ['waiting', 'delayed', 'prioritized'],
};

/**
 * How far the units of a queue have come.
 *
 * @param url `redis://user:password@host:6379`, or `rediss://` for TLS
 * @throws OptionError for a wrong URL or a missing package
 * @throws QueueError where the server does not answer
 */
export async function queueStatus(url: string): Promise<Status> {
  const { bull, name, connection } = await reachQueue(url);
  const queue: UnitQueue = new bull.Queue(QUEUE_NAME, { connection: connection() });
  queue.on('error', () => {});
  try {
    const groups = new Map<string, GroupStatus>();
    const failures: UnitFailure[] = [];
    const seconds: number[] = [];
    for (const state of ['done', 'running', 'failed', 'waiting'] as const)
      for await (const job of jobsOf(queue, STATES[state])) {
        const group = nameOfGroup(job);
        const before = groups.get(group) ?? {
          name: group,
          total: 0,
          done: 0,
          running: 0,
          failed: 0,
        };
        const counted = state === 'waiting' ? {} : { [state]: before[state] + 1 };
        groups.set(group, { ...before, ...counted, total: before.total + 1 });
        if (state === 'failed')
          failures.push({ name: `${group} ${job.id?.slice(0, 8)}`, reason: job.failedReason });
        if (state === 'done' && seconds.length < UNITS_FOR_TIME)
          seconds.push((job.finishedOn! - job.processedOn!) / 1000);
      }
    const all = [...groups.values()].sort(byText((group) => group.name));
    return {
      ...{ place: name, groups: all, failures },
      workers: await queue.getWorkersCount(),
      secondsLeft: secondsLeft(all, seconds),
    };
  } finally {
    await queue.close();
  }
}

/** The units in a state, those that ended last first. */
async function* jobsOf(queue: UnitQueue, states: JobType[]): AsyncGenerator<UnitJob> {
  for (let start = 0; ; start += AT_ONCE) {
    const jobs = await queue.getJobs(states, start, start + AT_ONCE - 1);
    // One that ends meanwhile is undefined.
    for (const job of jobs) if (job) yield job;
    if (jobs.length === 0) return;
  }
}

function nameOfGroup({ data }: UnitJob): string {
  return `${data.kind} ${data.group}`;
}
