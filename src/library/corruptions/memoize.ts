/** A function that keeps the results of its last `count` calls, by its arguments. */
export function memoize<A extends readonly (string | number)[], V>(
  count: number,
  make: (...args: A) => V,
): (...args: A) => V {
  const known = new Map<string, V>();
  return (...args) => {
    const key = args.join();
    const value = known.get(key) ?? make(...args);
    // A map keeps the order in which its keys were set: the oldest comes first.
    known.delete(key);
    known.set(key, value);
    if (known.size > count) known.delete(known.keys().next().value!);
    return value;
  };
}
