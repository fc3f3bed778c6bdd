interface Pause {
  /** Larger where the code that waits is called by code that waits for it. */
  readonly mark: number;
  readonly leave: (reason: Error) => void;
}

/**
 * Where the code of one execution of a cell waits: at an `await`, or for the next item of a
 * `for await`. There it can be stopped, whatever it waits for.
 */
export class Pauses {
  /** Whether nothing that waits goes on any more. */
  isOver = false;
  /** How often what the code waited for has failed. */
  failures = 0;
  private readonly pending = new Set<Pause>();
  private marks = 0;

  /** Taken before what is awaited is evaluated: what that calls waits further in. */
  mark(): number {
    return ++this.marks;
  }

  /** What an `await` awaits in the place of `value`. */
  until<T>(mark: number, value: T): T | Promise<Awaited<T>> {
    if (this.isOver) return new Promise(() => {});
    if (!isThenable(value)) return value;
    return new Promise<Awaited<T>>((resolve, reject) => {
      const pause = { mark, leave: reject };
      this.pending.add(pause);
      const onFailure = (reason: unknown) => {
        this.failures++;
        reject(reason);
      };
      // V8 follows the stack of what waits through a promise's own `resolve`, not through another.
      Promise.resolve(value)
        .then(resolve, onFailure)
        .then(() => this.pending.delete(pause));
    });
  }

  /** What a `for await` goes through in the place of `items`. */
  between<T>(items: AsyncIterable<T> | Iterable<T | Promise<T>>): AsyncIterable<T> {
    const iterator = (async function* () {
      yield* items;
    })();
    const next = () => Promise.resolve(this.until(this.mark(), iterator.next()));
    return { [Symbol.asyncIterator]: () => ({ next, return: () => iterator.return() }) };
  }

  /**
   * Throws where the innermost code waits, which may catch it, clean up and wait anew.
   *
   * @returns whether any code waits
   */
  break(reason: Error): boolean {
    const innermost = [...this.pending].reduce<Pause | undefined>(
      (found, pause) => (found && found.mark > pause.mark ? found : pause),
      undefined,
    );
    if (innermost) this.pending.delete(innermost);
    innermost?.leave(reason);
    return innermost !== undefined;
  }

  /** Throws wherever code waits, and lets none go on that waits from now on. */
  end(reason: Error): void {
    this.isOver = true;
    for (const { leave } of this.pending) leave(reason);
    this.pending.clear();
  }
}

function isThenable(value: unknown): boolean {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
