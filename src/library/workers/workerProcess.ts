import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { accountOf } from 'selective-brain-damage-statistics/internal';
import type { WorkerMessage } from './serveWorker';

/** The kinds of work that processes do, each with the compiled module that does it. */
const WORKERS = {
  train: '../training/populationWorker.js',
  score: '../evaluation/scoreWorker.js',
  predict: '../evaluation/predictWorker.js',
} as const;

/** A kind of work that processes do. */
export type WorkKind = keyof typeof WORKERS;

/** The module that does a kind of work; undefined for a kind that this version does not know. */
export function workerModule(kind: string): string | undefined {
  return Object.hasOwn(WORKERS, kind) ? join(__dirname, WORKERS[kind as WorkKind]) : undefined;
}

/** Starts a process that works through specs with one thread. */
export function startWorker(module: string): ChildProcess {
  const oneThread = { TF_NUM_INTRAOP_THREADS: '1', OMP_NUM_THREADS: '1' };
  return fork(module, {
    env: { ...process.env, ...oneThread },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/**
 * Has a process work on a spec. Where the signal stops it, it saves its state and ends.
 *
 * @returns the reason of a failure, or undefined
 */
export function runInWorker<Spec, Report>(
  child: ChildProcess,
  spec: Spec,
  signal: AbortSignal | undefined,
  onReport: (report: Report) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onMessage = (message: WorkerMessage<Report>) => {
      if (message.type === 'report') onReport(message.report);
      else end(message.type === 'failed' ? message.reason : undefined);
    };
    const onExit = (code: number | null, killedBy: string | null) =>
      end(`its process ended with ${killedBy ?? `exit code ${code}`}`);
    const onError = (error: NodeJS.ErrnoException) => {
      // Of a process that runs, its exit tells.
      if (child.pid !== undefined) return;
      const { problem, wayOut } = accountOf(error);
      end(`its process cannot be started: ${problem} (${error.code}). ${wayOut}`);
    };
    const onAbort = () => {
      if (child.connected) child.disconnect();
    };
    const end = (reason: string | undefined) => {
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      signal?.removeEventListener('abort', onAbort);
      resolve(reason);
    };
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
    signal?.addEventListener('abort', onAbort);
    // One that could not be started has no channel. A killed process may still look connected; its exit is
    // what counts then.
    if (child.pid !== undefined) child.send({ spec }, () => {});
  });
}
