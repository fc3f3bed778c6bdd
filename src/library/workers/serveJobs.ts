/** From a process that does jobs to the one that asked for them. */
export type WorkerMessage<Report> =
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly reason: string };

/**
 * Makes this process do the jobs that `runJobs` sends it, one after the other.
 *
 * @param doJob gets the job, a way to tell how it goes, and a signal that whoever asked is gone or
 *   wants an end: what it does then (saving, as a rule) is waited for
 */
export function serveJobs<Job, Report>(
  doJob: (job: Job, report: (report: Report) => void, signal: AbortSignal) => Promise<void>,
): void {
  const stopping = new AbortController();
  for (const end of ['disconnect', 'SIGINT', 'SIGTERM'] as const)
    process.on(end, () => stopping.abort(end));
  const tell = (message: WorkerMessage<Report>) => {
    // Whoever asked may be gone without this process knowing: an error without a callback ends it.
    if (process.connected) process.send!(message, () => {});
  };
  process.on('message', ({ job }: { job: Job }) => {
    doJob(job, (report) => tell({ type: 'report', report }), stopping.signal)
      .then(() => tell({ type: 'done' }))
      .catch((error) => tell({ type: 'failed', reason: `${error.name}: ${error.message}` }))
      .finally(() => {
        if (stopping.signal.aborted) process.exit(1);
      });
  });
}
