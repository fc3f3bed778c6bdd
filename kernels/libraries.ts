/**
 * What the process that runs a notebook's cells has in common with the libraries that the cells use:
 * two places in `globalThis` that a library can look at without depending on this package.
 */
import type { ProgressSink } from './progress';

/** `{ sink }`, where a library tells how far it is. */
const PROGRESS = Symbol.for('typescript-notebooks.progress');
/** A set of what a library is at and an interrupt of the cell has to stop. */
const WORKS = Symbol.for('typescript-notebooks.works');

/** Long work of a library. */
interface Work {
  /** Aborted when somebody interrupts the cell. */
  readonly controller: AbortController;
  /** Resolves when the work has ended, one way or the other. */
  readonly ended: Promise<void>;
}

const slots = globalThis as {
  [PROGRESS]?: { sink: ProgressSink };
  [WORKS]?: Set<Work>;
};

/** Has libraries tell their progress here. */
export function showProgress(sink: ProgressSink): void {
  slots[PROGRESS] = Object.assign(slots[PROGRESS] ?? {}, { sink });
}

/** Stops the work that libraries are at; resolves when it has stopped. */
export async function interruptWork(reason: Error): Promise<void> {
  const ends = [...(slots[WORKS] ?? [])].map(({ controller, ended }) => {
    controller.abort(reason);
    return ended;
  });
  await Promise.all(ends);
}
