import * as tf from '../tf';
import { hasKernel, runKernel } from './kernel';

/** The state of one variable of a model from step to step; all tensors have one shape. */
export interface UpdateState {
  /** The weights that the model computes with; mask · weights for a pruned variable. */
  readonly variable: tf.Variable;
  readonly velocity: tf.Variable;
  readonly pruned?: {
    /** float32, 1 where the weight is kept and 0 where it is masked. */
    readonly mask: tf.Tensor;
    /** The stored weights: a masked one keeps its value and may come back at a later mask. */
    readonly weights: tf.Variable;
  };
}

/** The numbers of one step. */
export interface UpdateOptions {
  readonly learningRate: number;
  readonly momentum: number;
  /** λ of the loss's λ/2 · |w|². Default 0. */
  readonly weightDecay?: number;
}

/**
 * One step of Nesterov's accelerated gradient as TensorFlow takes it, on masked weights, in place:
 * g = mask · gradient + weightDecay · w; v = momentum · v + g; w −= learningRate · (g + momentum · v);
 * then variable = mask · w.
 *
 * @param gradient of the loss by `state.variable`
 */
export function updateWeights(
  state: UpdateState,
  gradient: tf.Tensor,
  options: UpdateOptions,
): void {
  const { variable, velocity, pruned } = state;
  const { learningRate, momentum, weightDecay = 0 } = options;
  const weights = pruned ? pruned.weights : variable;
  if (hasKernel('UpdateWeights')) {
    runKernel(
      'UpdateWeights',
      { gradient, velocity, weights, ...(pruned && { mask: pruned.mask, variable }) },
      { learningRate, momentum, weightDecay },
    );
    return;
  }
  tf.tidy(() => {
    const masked = pruned ? gradient.mul(pruned.mask) : gradient;
    const g = masked.add(weights.mul(weightDecay));
    const v = velocity.mul(momentum).add(g);
    const w = weights.sub(g.add(v.mul(momentum)).mul(learningRate));
    velocity.assign(v);
    weights.assign(w);
    if (pruned) variable.assign(w.mul(pruned.mask));
  });
}
