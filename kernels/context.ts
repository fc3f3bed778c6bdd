import { promiseHooks } from 'node:v8';

/**
 * Tracks the owner of the running code across its promises. AsyncLocalStorage follows timers too, but
 * with its hooks Node aborts when a computation is terminated.
 */
export class Context<T extends object> {
  private current: T | undefined;
  private readonly owners = new WeakMap<Promise<unknown>, T>();

  constructor() {
    promiseHooks.createHook({
      init: (promise) => {
        if (this.current) this.owners.set(promise, this.current);
      },
      before: (promise) => {
        this.current = this.owners.get(promise);
      },
      after: () => {
        this.current = undefined;
      },
    });
  }

  /** The owner of the running code; undefined in callbacks of timers and events. */
  get(): T | undefined {
    return this.current;
  }

  /** The owner of the code that created a promise. */
  of(promise: Promise<unknown>): T | undefined {
    return this.owners.get(promise);
  }

  /** Runs code as the owner's. */
  run<R>(owner: T, code: () => R): R {
    this.current = owner;
    try {
      return code();
    } finally {
      this.current = undefined;
    }
  }
}
