import { SbdError } from 'selective-brain-damage-statistics';

/** A message from a worker to the process that started it. */
export type WorkerMessage<Report> =
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly reason: string };

/**
 * Makes this process a worker, which works through the specs that `runInWorkers` sends, one after the
 * other.
 *
 * @param work gets a spec, a function that reports progress, and a signal that aborts when the parent
 *   process is gone or stops the work; the process ends once it has returned
 */
export function serveWorker<Spec, Report>(
  work: (spec: Spec, report: (report: Report) => void, signal: AbortSignal) => Promise<void>,
): void {
  const stopping = new AbortController();
  for (const end of ['disconnect', 'SIGINT', 'SIGTERM'] as const)
    process.on(end, () => {
      // Ctrl-C reaches this process too; a second one waits for nothing.
      if (stopping.signal.aborted && end !== 'disconnect') process.exit(1);
      stopping.abort(end);
    });
  const tell = (message: WorkerMessage<Report>) => {
    // The parent may be gone already; without a callback the error would end this process.
    if (process.connected) process.send!(message, () => {});
  };
  process.on('message', ({ spec }: { spec: Spec }) => {
    work(spec, (report) => tell({ type: 'report', report }), stopping.signal)
      .then(() => tell({ type: 'done' }))
      .catch((error) => tell({ type: 'failed', reason: reasonOf(error) }))
      .finally(() => {
        if (stopping.signal.aborted) process.exit(1);
      });
  });
}

/** An error as text: with its stack, unless its message is written for users. */
export function reasonOf(error: unknown): string {
  if (error instanceof SbdError) return `${error.name}: ${error.message}`;
  return (error instanceof Error && error.stack) || String(error);
}
