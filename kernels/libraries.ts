/**
 * The kernel's interface to the libraries that cells use: two slots in `globalThis`, through which a
 * library reports progress and receives interrupts without depending on this package. README.md
 * describes them for authors of libraries.
 */
import type { ProgressSink } from './progress';

/** Holds the sink to which libraries report progress. */
const PROGRESS = Symbol.for('typescript-notebooks.progress');
/** Holds the long-running work of libraries that an interrupt of the cell must stop. */
const WORKS = Symbol.for('typescript-notebooks.works');

/** Long-running work of a library. */
interface Work {
  /** Aborted by the kernel when the cell is interrupted. */
  readonly controller: AbortController;
  /** Resolves when the work has ended, successfully or not. */
  readonly ended: Promise<void>;
}

const slots = globalThis as {
  [PROGRESS]?: { sink: ProgressSink };
  [WORKS]?: Set<Work>;
};

/** Sends the progress of libraries to a sink. */
export function showProgress(sink: ProgressSink): void {
  slots[PROGRESS] = Object.assign(slots[PROGRESS] ?? {}, { sink });
}

/** Tells whether libraries have work that an interrupt lets end in good order. */
export function watchWorks(onChange: (isWorking: boolean) => void): void {
  class Works extends Set<Work> {
    override add(work: Work): this {
      super.add(work);
      onChange(true);
      return this;
    }
    override delete(work: Work): boolean {
      const hadIt = super.delete(work);
      onChange(this.size > 0);
      return hadIt;
    }
  }
  slots[WORKS] = new Works(slots[WORKS]);
}

/** Aborts the work of libraries; resolves when all of it has ended. */
export async function interruptWork(reason: Error): Promise<void> {
  const ends = [...(slots[WORKS] ?? [])].map(({ controller, ended }) => {
    controller.abort(reason);
    return ended;
  });
  await Promise.all(ends);
}
