/**
 * What this process has once, however many copies of this package it has loaded: a Jupyter kernel
 * from one folder may run a notebook that imports the package from another.
 */
export function processWide<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`selective-brain-damage.${name}`);
  const slots = globalThis as { [slot: symbol]: T | undefined };
  slots[key] ??= make();
  return slots[key];
}
