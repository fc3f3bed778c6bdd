import { processWide } from './processWide';
import { StopSignals } from './stopSignals';

interface Work {
  readonly controller: AbortController;
  /** Resolves when the work has ended, one way or the other. */
  readonly ended: Promise<void>;
}

const works = processWide('works', () => new Set<Work>());

const signals = processWide(
  'stopSignals',
  () =>
    new StopSignals((reason) => {
      for (const { controller } of works) controller.abort(reason);
    }),
);

/**
 * Runs long work that an interrupt of the notebook, Ctrl-C or SIGTERM stops, though its author passes no signal
 * along. After Ctrl-C or SIGTERM the process ends once all work has saved its state, with the exit status 130 or 143
 * and the work's last message on stderr; a second one ends it at once.
 *
 * @param signal stops the work too
 * @param work its signal tells it to stop; it should then finish its files and throw
 */
export async function interruptible<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  let end = () => {};
  const entry = { controller, ended: new Promise<void>((resolve) => (end = resolve)) };
  if (works.size === 0) signals.begin();
  works.add(entry);
  try {
    return await work(controller.signal);
  } catch (error) {
    signals.keep(error);
    throw error;
  } finally {
    works.delete(entry);
    if (works.size === 0) signals.end();
    signal?.removeEventListener('abort', abort);
    end();
  }
}
