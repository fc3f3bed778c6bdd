/**
 * What this process has once, however many copies of this package are loaded, under a name that other
 * packages know: typescript-notebooks offers a notebook's cells a place for progress, and stops the
 * work that is listed here when somebody interrupts a cell.
 */
export function processWide<T extends object>(name: string, make: () => T): T {
  const slots = globalThis as { [slot: symbol]: T | undefined };
  const key = Symbol.for(`typescript-notebooks.${name}`);
  slots[key] ??= make();
  return slots[key];
}
