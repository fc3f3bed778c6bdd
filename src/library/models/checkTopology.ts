/** A layer, or the whole network, as its JSON may have it. */
interface Part {
  readonly name?: unknown;
  readonly class_name?: unknown;
  readonly config?: { readonly layers?: unknown } | null;
  readonly inbound_nodes?: unknown;
}

/** A use of a layer: the layers and uses that its inputs come from. */
type Inputs = readonly (readonly [name: string, use: number])[];

/**
 * Checks that every layer's inputs can be computed, also in networks within a network: tfjs would wait for missing
 * ones without end.
 *
 * @throws Error naming a layer whose inputs no layer gives, or a layer that comes twice
 */
export function checkTopology({ class_name, config }: Part): void {
  const layers = config?.layers;
  if (!Array.isArray(layers)) return;
  const parts = (layers as readonly (Part | null)[]).map((part) => part ?? {});
  for (const part of parts) checkTopology(part);
  if (class_name === 'Sequential') return;
  const names = parts.map(({ name }) => String(name));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new Error(`the layer ${twice} comes twice`);
  // Input layers, and networks within the network, count as used once from the start.
  const uses = new Map(parts.map((part, i) => [names[i]!, Number(isInput(part))]));
  let waiting = parts.flatMap((part, i) =>
    usesOf(part, names[i]!).map((inputs) => ({ name: names[i]!, inputs })),
  );
  for (let left = waiting.length + 1; waiting.length < left; ) {
    left = waiting.length;
    waiting = waiting.filter(({ name, inputs }) => {
      if (!inputs.every(([from, use]) => use < (uses.get(from) ?? 0))) return true;
      uses.set(name, uses.get(name)! + Number(inputs.length > 0));
      return false;
    });
  }
  if (waiting[0]) throw new Error(`no layer gives the inputs of the layer ${waiting[0].name}`);
}

function isInput({ class_name, config }: Part): boolean {
  return class_name === 'InputLayer' || Array.isArray(config?.layers);
}

function usesOf({ inbound_nodes: nodes = [] }: Part, name: string): Inputs[] {
  const isInputs = (node: unknown) =>
    Array.isArray(node) &&
    node.every(
      (input) =>
        Array.isArray(input) &&
        typeof input[0] === 'string' &&
        Number.isInteger(input[1]) &&
        input[1] >= 0,
    );
  if (Array.isArray(nodes) && nodes.every(isInputs)) return nodes as Inputs[];
  throw new Error(`the inputs of the layer ${name} are no lists of layers`);
}
