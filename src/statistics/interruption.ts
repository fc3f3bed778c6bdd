import { processWide } from './processWide';

interface Work {
  readonly controller: AbortController;
  /** Resolves when the work has ended, one way or the other. */
  readonly ended: Promise<void>;
}

const works = processWide('works', () => new Set<Work>());

/**
 * Runs long work that an interrupt of the notebook stops, though its author passes no signal along.
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
  works.add(entry);
  try {
    return await work(controller.signal);
  } finally {
    works.delete(entry);
    signal?.removeEventListener('abort', abort);
    end();
  }
}
