import { type ChildProcess, fork } from 'node:child_process';
import { checkCount } from 'selective-brain-damage-statistics/internal';
import type { WorkerMessage } from './serveWorker';

/** Options of {@link runInWorkers}. */
export interface RunInWorkersOptions<Spec, Report> {
  /** Path of the compiled module that the processes run; it calls `serveWorker`. */
  readonly worker: string;
  /** The most processes at once, of one thread each. */
  readonly processes: number;
  /** Stops the processes, after they have saved their state. */
  readonly signal?: AbortSignal | undefined;
  /** Called when a worker reports progress. */
  readonly onReport?: (spec: Spec, report: Report) => void;
  /** Called when a spec is done, or has failed twice, with the reason. */
  readonly onEnd?: (spec: Spec, failure: string | undefined) => void;
}

/** A spec that failed. */
export interface FailedSpec<Spec> {
  readonly spec: Spec;
  readonly reason: string;
}

const ATTEMPTS = 2;

/**
 * Hands specs to worker processes until none is left. A spec that fails, or whose process dies, is
 * tried once more after all others.
 *
 * @param specs JSON
 * @returns the specs that failed twice, without those that the signal left undone
 * @throws OptionError if `processes` is not a whole number, 1 or more
 */
export async function runInWorkers<Spec, Report>(
  specs: readonly Spec[],
  options: RunInWorkersOptions<Spec, Report>,
): Promise<FailedSpec<Spec>[]> {
  const { worker, processes, signal, onEnd } = options;
  checkCount('processes', processes);
  const queue = specs.map((spec) => ({ spec, attempt: 1 }));
  const failures: FailedSpec<Spec>[] = [];
  const serve = async () => {
    let child: ChildProcess | undefined;
    for (let next = queue.shift(); next && !signal?.aborted; next = queue.shift()) {
      const { spec, attempt } = next;
      if (!child?.connected) child = start(worker);
      const reason = await run(child, spec, options);
      if (signal?.aborted) break;
      if (reason !== undefined && attempt < ATTEMPTS) {
        queue.push({ spec, attempt: attempt + 1 });
        continue;
      }
      if (reason !== undefined) failures.push({ spec, reason });
      onEnd?.(spec, reason);
    }
    if (child?.connected) child.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(processes, specs.length) }, serve));
  return failures;
}

function start(worker: string): ChildProcess {
  const oneThread = { TF_NUM_INTRAOP_THREADS: '1', OMP_NUM_THREADS: '1' };
  return fork(worker, {
    env: { ...process.env, ...oneThread },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Resolves to the reason of a failure, or undefined. */
function run<Spec, Report>(
  child: ChildProcess,
  spec: Spec,
  { signal, onReport }: RunInWorkersOptions<Spec, Report>,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onMessage = (message: WorkerMessage<Report>) => {
      if (message.type === 'report') onReport?.(spec, message.report);
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
    // A killed process may still look connected; its exit is what counts then.
    child.send({ spec }, () => {});
  });
}
