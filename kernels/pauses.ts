/** A place where code waits. */
interface Pause {
  /** Higher than the mark of the code that waits for this code. */
  readonly mark: number;
  /** Throws there. */
  readonly leave: (reason: Error) => void;
}

/**
 * The places where the code of one execution of a cell waits: at an `await`, or for the next item of a
 * `for await`. There it can be stopped, whatever it waits for.
 */
export class Pauses {
  /** Whether the execution is over, so that waiting code never continues. */
  isOver = false;
  /** The number of awaited promises that rejected. */
  failures = 0;
  private readonly pending = new Set<Pause>();
  private marks = 0;

  /** Called before the operand of an `await` is evaluated: code called there gets higher marks. */
  mark(): number {
    return ++this.marks;
  }

  /** Returns the value or promise to await in place of `value`. */
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
      // For async stack traces V8 follows a promise's own `resolve`, not a wrapper around it.
      Promise.resolve(value)
        .then(resolve, onFailure)
        .then(() => this.pending.delete(pause));
    });
  }

  /** Returns the iterable for a `for await` in place of `items`. */
  between<T>(items: AsyncIterable<T> | Iterable<T | Promise<T>>): AsyncIterable<T> {
    const iterator = (async function* () {
      yield* items;
    })();
    const next = () => Promise.resolve(this.until(this.mark(), iterator.next()));
    return { [Symbol.asyncIterator]: () => ({ next, return: () => iterator.return() }) };
  }

  /**
   * Throws at the innermost place where code waits. The code may catch it, clean up and wait again.
   *
   * @returns whether any code was waiting
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

  /** Throws at every place where code waits; code that waits later never continues. */
  end(reason: Error): void {
    this.isOver = true;
    for (const { leave } of this.pending) leave(reason);
    this.pending.clear();
  }
}

/** Whether a value is awaited by `await`. Throws what its property `then` throws. */
export function isThenable(value: unknown): boolean {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
