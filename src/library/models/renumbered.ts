import type { Topology } from './topology';

/**
 * A topology whose automatic names are numbered from 1, in the order of the layers. tfjs numbers
 * them (`dense_Dense7`, `sequential_3`) over all models of a process, so that a notebook's cell gives
 * other names, and with them other initial weights, each time it runs. Names given by the user stay.
 */
export function renumbered(topology: Topology): Topology {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  for (const { className, name } of named(topology)) {
    const base = automaticBase(className, name);
    if (base === undefined || names.has(name)) continue;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    names.set(name, `${base}${count}`);
    // tfjs's name for the input of a sequential model that begins with this layer.
    names.set(`${name}_input`, `${base}${count}_input`);
  }
  return replaced(topology, names) as Topology;
}

/** The part of tfjs's names of inputs and models that precedes the number. */
const BASES: Readonly<Record<string, string>> = {
  InputLayer: 'input',
  Model: 'model',
  Functional: 'functional',
  Sequential: 'sequential_',
};

/** The part before the number in a name that tfjs made; undefined for a user's own name. */
function automaticBase(className: string, name: string): string | undefined {
  const base = name.replace(/\d+$/, '');
  if (base === name) return undefined;
  // `conv2d_Conv2D`, `batch_normalization_BatchNormalization`
  const ofLayer = base.replaceAll('_', '') === className.toLowerCase() + className;
  return ofLayer || base === BASES[className] ? base : undefined;
}

/** Models and layers, outermost first. */
function* named(node: unknown): Generator<{ className: string; name: string }> {
  if (typeof node !== 'object' || node === null) return;
  const { class_name: className, config } = node as { class_name?: unknown; config?: unknown };
  const name = (config as { name?: unknown } | undefined)?.name;
  if (typeof className === 'string' && typeof name === 'string') yield { className, name };
  for (const child of Object.values(node)) yield* named(child);
}

function replaced(node: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof node === 'string') return names.get(node) ?? node;
  if (Array.isArray(node)) return node.map((child) => replaced(child, names));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, replaced(child, names)]),
  );
}
