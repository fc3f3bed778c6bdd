import type { ChildProcess } from 'node:child_process';
import { checkCount } from 'selective-brain-damage-statistics/internal';
import { runInWorker, startWorker } from './workerProcess';

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

/** A spec that fails is tried once more. */
export const ATTEMPTS = 2;

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
  const { worker, processes, signal, onReport, onEnd } = options;
  checkCount('processes', processes);
  const queue = specs.map((spec) => ({ spec, attempt: 1 }));
  const failures: FailedSpec<Spec>[] = [];
  const serve = async () => {
    let child: ChildProcess | undefined;
    for (let next = queue.shift(); next && !signal?.aborted; next = queue.shift()) {
      const { spec, attempt } = next;
      if (!child?.connected) child = startWorker(worker);
      const report = (now: Report) => onReport?.(spec, now);
      const reason = await runInWorker(child, spec, signal, report);
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
