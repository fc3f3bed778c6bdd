/** The result of the first way that does not throw: a value may throw where it is read, as a Proxy may. */
export function attempt<T>(...ways: readonly (() => T)[]): T | undefined {
  for (const way of ways)
    try {
      return way();
    } catch {}
  return undefined;
}
