/**
 * The one module in which the kernel meets the libraries that cells use: two places in `globalThis`, by
 * which a library reports progress and hears of interrupts without depending on this package. README.md
 * describes them to authors of libraries.
 */
import type { ProgressSink } from './progress';

/** Holds the sink to which libraries report progress. */
const PROGRESS = Symbol.for('typescript-notebooks.progress');
/** Holds the long works of libraries that an interrupt of the cell must stop. */
const WORKS = Symbol.for('typescript-notebooks.works');

/** Long work of a library. */
interface Work {
  /** The kernel aborts it when somebody interrupts the cell. */
  readonly controller: AbortController;
  /** Resolves when the work has ended, one way or the other. */
  readonly ended: Promise<void>;
}

const slots = globalThis as {
  [PROGRESS]?: { sink: ProgressSink };
  [WORKS]?: Set<Work>;
};

/** Directs the progress of libraries to a sink. */
export function showProgress(sink: ProgressSink): void {
  slots[PROGRESS] = Object.assign(slots[PROGRESS] ?? {}, { sink });
}

/** Aborts the works of libraries; resolves when they have ended. */
export async function interruptWork(reason: Error): Promise<void> {
  const ends = [...(slots[WORKS] ?? [])].map(({ controller, ended }) => {
    controller.abort(reason);
    return ended;
  });
  await Promise.all(ends);
}
