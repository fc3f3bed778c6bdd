import { promiseHooks } from 'node:v8';

/**
 * What the code that runs now belongs to, across its promises. AsyncLocalStorage tells more, but
 * with its hooks Node aborts where a computation is broken off.
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

  /** Undefined where a timer or an event started the code. */
  get(): T | undefined {
    return this.current;
  }

  /** What the code belonged to that made a promise. */
  of(promise: Promise<unknown>): T | undefined {
    return this.owners.get(promise);
  }

  run<R>(owner: T, code: () => R): R {
    this.current = owner;
    try {
      return code();
    } finally {
      this.current = undefined;
    }
  }
}
