import { type ChildProcess, fork } from 'node:child_process';
import { checkCount } from 'selective-brain-damage-statistics/internal';
import type { WorkerMessage } from './serveJobs';

/** How {@link runJobs} runs its jobs. */
export interface RunJobsOptions<Job, Report> {
  /** Path of the compiled module that the processes run; it calls `serveJobs`. */
  readonly worker: string;
  /** At most so many at once, of one thread each. */
  readonly processes: number;
  /** Stops the processes; they are told first, and may save what they have. */
  readonly signal?: AbortSignal | undefined;
  /** Called for what a job tells on its way. */
  readonly onReport?: (job: Job, report: Report) => void;
  /** Called once a job is done, or has failed for good, with the reason. */
  readonly onEnd?: (job: Job, failure: string | undefined) => void;
}

/** A job that could not be done. */
export interface FailedJob<Job> {
  readonly job: Job;
  readonly reason: string;
}

const ATTEMPTS = 2;

/**
 * Hands jobs to processes until none waits. A job that fails, or whose process dies, is tried once
 * more after all others.
 *
 * @param jobs JSON
 * @returns the jobs that failed twice; those that the signal left undone are not among them
 * @throws OptionError if `processes` is not a whole number, 1 or more
 */
export async function runJobs<Job, Report>(
  jobs: readonly Job[],
  options: RunJobsOptions<Job, Report>,
): Promise<FailedJob<Job>[]> {
  const { worker, processes, signal, onEnd } = options;
  checkCount('processes', processes);
  const queue = jobs.map((job) => ({ job, attempt: 1 }));
  const failures: FailedJob<Job>[] = [];
  const serve = async () => {
    let child: ChildProcess | undefined;
    for (let next = queue.shift(); next && !signal?.aborted; next = queue.shift()) {
      const { job, attempt } = next;
      if (!child?.connected) child = start(worker);
      const reason = await run(child, job, options);
      if (signal?.aborted) break;
      if (reason !== undefined && attempt < ATTEMPTS) {
        queue.push({ job, attempt: attempt + 1 });
        continue;
      }
      if (reason !== undefined) failures.push({ job, reason });
      onEnd?.(job, reason);
    }
    if (child?.connected) child.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, serve));
  return failures;
}

function start(worker: string): ChildProcess {
  const oneThread = { TF_NUM_INTRAOP_THREADS: '1', OMP_NUM_THREADS: '1' };
  return fork(worker, {
    env: { ...process.env, ...oneThread },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Resolves to why the job failed, or undefined. */
function run<Job, Report>(
  child: ChildProcess,
  job: Job,
  { signal, onReport }: RunJobsOptions<Job, Report>,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onMessage = (message: WorkerMessage<Report>) => {
      if (message.type === 'report') onReport?.(job, message.report);
      else end(message.type === 'failed' ? message.reason : undefined);
    };
    const onExit = (code: number | null, killedBy: string | null) =>
      end(`its process ended with ${killedBy ?? `exit code ${code}`}`);
    const onAbort = () => child.disconnect();
    const end = (reason: string | undefined) => {
      child.off('message', onMessage).off('exit', onExit);
      signal?.removeEventListener('abort', onAbort);
      resolve(reason);
    };
    child.on('message', onMessage).on('exit', onExit);
    signal?.addEventListener('abort', onAbort);
    // A process that was killed may still look connected; its exit is what counts then.
    child.send({ job }, () => {});
  });
}
