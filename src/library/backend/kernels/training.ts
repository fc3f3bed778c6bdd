import * as tf from '../tf';
import type { Arena } from './arena';
import type { Kernel, KernelCall } from './kernel';

/** The mean loss and its gradient by the logits; in JavaScript, since a batch of logits is small. */
const softmaxCrossEntropy: Kernel = ({
  arena,
  inputs,
  attrs,
}: KernelCall<{ labelSmoothing: number }>) => {
  const { logits, labels } = inputs as { logits: tf.TensorInfo; labels: tf.TensorInfo };
  const [batch, classes] = logits.shape as [number, number];
  const loss = arena.output([]);
  const gradient = arena.output(logits.shape);
  const x = arena.floats(logits);
  const dx = arena.floats(gradient);
  const target = arena.ints(labels);
  const spread = attrs.labelSmoothing / classes;
  let total = 0;
  for (let i = 0; i < batch; i++) {
    const row = i * classes;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, x[row + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(x[row + k]! - most);
    for (let k = 0; k < classes; k++) {
      const share = spread + (k === target[i] ? 1 - attrs.labelSmoothing : 0);
      const shifted = x[row + k]! - most;
      if (share > 0) total += share * (Math.log(sum) - shifted);
      dx[row + k] = (Math.exp(shifted) / sum - share) / batch;
    }
  }
  arena.floats(loss)[0] = total / batch;
  return [loss, gradient];
};

const updateWeights: Kernel = ({
  arena,
  inputs,
  attrs,
}: KernelCall<{ learningRate: number; momentum: number; weightDecay: number }>) => {
  const { gradient, velocity, weights, mask, variable } = inputs as unknown as {
    gradient: tf.TensorInfo;
    velocity: tf.Variable;
    weights: tf.Variable;
    mask?: tf.TensorInfo;
    variable?: tf.Variable;
  };
  for (const written of [velocity, weights, variable]) if (written) ownData(arena, written);
  arena.compiled.updateWeights(
    ...[arena.at(gradient), arena.at(velocity), arena.at(weights)],
    ...[mask ? arena.at(mask) : 0, variable ? arena.at(variable) : 0],
    ...[tf.util.sizeFromShape(gradient.shape), attrs.learningRate],
    ...[attrs.momentum, attrs.weightDecay],
  );
  return [];
};

const moveAverage: Kernel = ({ arena, inputs, attrs }: KernelCall<{ momentum: number }>) => {
  const { average, value } = inputs as unknown as { average: tf.Variable; value: tf.TensorInfo };
  ownData(arena, average);
  const size = tf.util.sizeFromShape(value.shape);
  arena.compiled.moveAverage(arena.at(average), arena.at(value), size, attrs.momentum);
  return [];
};

/** Copies a variable's data where another tensor shares them, so that only the variable changes. */
function ownData(arena: Arena, variable: tf.Variable): void {
  if (arena.backend.refCount(variable.dataId) === 1) return;
  const copy = tf.tensor(arena.floats(variable).slice(), variable.shape);
  variable.assign(copy);
  copy.dispose();
}

export const training = {
  SoftmaxCrossEntropy: softmaxCrossEntropy,
  UpdateWeights: updateWeights,
  MoveAverage: moveAverage,
};
