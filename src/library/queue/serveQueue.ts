import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { VERSION } from '../version';
import { runInWorker, startWorker, workerModule } from '../workers/workerProcess';
import { QUEUE_NAME, reachQueue, type UnitJob } from './connection';

/** Options of {@link serveQueue}. */
export interface ServeQueueOptions {
  /** Units at once, each in a process of one thread. */
  readonly processes: number;
  /** Ends the work: what is under way saves its state and goes back to the queue. */
  readonly signal: AbortSignal;
  /** Called where a unit begins or ends, with a line for people. */
  readonly onLine?: (line: string) => void;
  /** Seconds after which a unit of a worker that was killed is taken over. Default 30. */
  readonly lockSeconds?: number;
  /** The module that does a kind of work. */
  readonly moduleOf?: (kind: string) => string | undefined;
}

/** A unit may lose that many machines before it counts as one that ends them. */
const MOST_LOST_MACHINES = 100;
const MILLISECONDS_BETWEEN_REPORTS = 2000;

/**
 * Takes units from a queue and has processes do them until the signal ends it. While a process works, this one
 * renews the unit's lock; of a worker that was killed another takes the unit over, from its checkpoint.
 *
 * @throws OptionError for a wrong URL or a missing package
 * @throws QueueError where the server does not answer
 */
export async function serveQueue(url: string, options: ServeQueueOptions): Promise<void> {
  const { processes, signal, onLine = () => {}, lockSeconds = 30 } = options;
  const { bull, connection } = await reachQueue(url);
  const idle = new Map<string, ChildProcess[]>();
  const worker = new bull.Worker(
    QUEUE_NAME,
    async (job: UnitJob, token, lost) => {
      const reason = await work(job, lost, idle, options);
      if (signal.aborted) {
        await job.moveToWait(token);
        throw new bull.WaitingError();
      }
      if (reason !== undefined) throw new Error(reason);
    },
    {
      connection: connection(),
      concurrency: processes,
      // Redis takes no name with a space.
      name: `${hostname()}-${process.pid}`,
      lockDuration: 1000 * lockSeconds,
      stalledInterval: 500 * lockSeconds,
      maxStalledCount: MOST_LOST_MACHINES,
    },
  );
  worker.on('error', ({ message }) => onLine(`queue: ${message}`));
  // Another worker has the unit by now.
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'lock lost');
  });
  if (!signal.aborted) await once(signal, 'abort');
  await worker.close();
  for (const child of [...idle.values()].flat()) if (child.connected) child.disconnect();
}

/** Has a process do a unit; returns the reason of a failure. */
async function work(
  job: UnitJob,
  lost: AbortSignal | undefined,
  idle: Map<string, ChildProcess[]>,
  { signal, onLine = () => {}, moduleOf = workerModule }: ServeQueueOptions,
): Promise<string | undefined> {
  const { kind, version, group, spec } = job.data;
  const module = moduleOf(kind);
  if (module === undefined || version !== VERSION)
    return `version ${version} of selective-brain-damage submitted it, this worker is of ${VERSION}`;
  const free = idle.get(module) ?? [];
  idle.set(module, free);
  let child = free.pop();
  while (child && !child.connected) child = free.pop();
  child ??= startWorker(module);
  const label = `${kind} ${group} ${job.id?.slice(0, 8)}`;
  onLine(`${label} begins`);
  const running = child;
  // What has lost its lock must write nothing more.
  const onLost = () => running.kill('SIGKILL');
  lost?.addEventListener('abort', onLost);
  const started = performance.now();
  try {
    const reason = await runInWorker(running, spec, signal, reporter(job));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const outcome =
      reason === undefined ? 'done' : signal.aborted ? 'stopped' : `failed: ${reason}`;
    onLine(`${label} ${outcome} after ${seconds} s`);
    if (running.connected && !signal.aborted) free.push(running);
    return reason;
  } finally {
    lost?.removeEventListener('abort', onLost);
  }
}

/** Hands reports on, at most one every two seconds. */
function reporter(job: UnitJob): (report: object | number) => void {
  let next = 0;
  return (report) => {
    const now = performance.now();
    if (now < next) return;
    next = now + MILLISECONDS_BETWEEN_REPORTS;
    job.updateProgress(report).catch(() => {});
  };
}
