import * as tf from '../tf';

/** tfjs's record of an op that runs under a gradient. */
interface TapeNode {
  gradient?: (dys: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  readonly saved?: tf.Tensor[];
}

/**
 * `tf.variableGrads` that frees memory as it goes. tfjs keeps every saved activation and every
 * gradient until the last is computed; here each is freed as soon as the op that it belongs to is
 * done, which halves the memory of a step and keeps more of it in the caches.
 *
 * @param f the loss, a scalar
 */
export function variableGrads(
  f: () => tf.Scalar,
  variables: tf.Variable[],
): { value: tf.Scalar; grads: tf.NamedTensorMap } {
  return tf.variableGrads(() => {
    const loss = f();
    const { state } = tf.engine() as unknown as {
      state: { activeTape: TapeNode[]; gradientDepth: number };
    };
    // Within another gradient, all tensors are needed again.
    if (state.gradientDepth === 1) freeAsDone(state.activeTape);
    return loss;
  }, variables);
}

/** Makes the nodes of a tape, which run last to first, each free what the one before has used. */
function freeAsDone(tape: TapeNode[]): void {
  // Nodes that still need a gradient: an op may pass its own on, or give one to two inputs.
  const wanted = new Map<tf.Tensor, number>();
  let free = () => {};
  for (const node of tape) {
    const { gradient, saved = [] } = node;
    if (gradient === undefined) continue;
    node.gradient = (dys) => {
      free();
      const own = dys.filter((dy) => dy !== null);
      for (const dy of own) if (!wanted.has(dy)) wanted.set(dy, 1);
      free = () => {
        for (const dy of own) wanted.set(dy, wanted.get(dy)! - 1);
        tf.dispose([...own, ...saved].filter((tensor) => !wanted.get(tensor)));
      };
      const gradients = Object.entries(gradient(dys)).map(([input, compute]) => [
        input,
        () => {
          const dx = compute();
          wanted.set(dx, (wanted.get(dx) ?? 0) + 1);
          return dx;
        },
      ]);
      return Object.fromEntries(gradients);
    };
  }
}
