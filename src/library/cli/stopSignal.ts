/**
 * The exit status of work that a signal stopped and that a rerun goes on with (EX_TEMPFAIL), so that a
 * cluster's script can tell it from a failure.
 */
export const STOPPED = 75;

/**
 * Runs a command whose work Ctrl-C, or a cluster that wants the machine back, stops after it has saved its
 * state.
 *
 * @returns the work's exit status, or {@link STOPPED}
 */
export async function stoppable(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals) => stopping.abort(signal);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    console.error((error as Error).message);
    return STOPPED;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
