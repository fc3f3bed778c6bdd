import * as tf from '../tf';
import type { Kernel, KernelCall } from './kernel';
import type { Machine } from './memory';

/** The mean loss and its gradient by the logits: a batch of logits is too small for more than this. */
const softmaxCrossEntropy: Kernel = ({
  machine,
  inputs,
  attrs,
}: KernelCall<{ labelSmoothing: number }>) => {
  const { logits, labels } = inputs as { logits: tf.TensorInfo; labels: tf.TensorInfo };
  const [batch, classes] = logits.shape as [number, number];
  const loss = machine.output([]);
  const gradient = machine.output(logits.shape);
  const x = machine.floats(logits);
  const dx = machine.floats(gradient);
  const target = machine.ints(labels);
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
  machine.floats(loss)[0] = total / batch;
  return [loss, gradient];
};

const updateWeights: Kernel = ({
  machine,
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
  for (const written of [velocity, weights, variable]) if (written) ownData(machine, written);
  machine.ops.updateWeights(
    ...[machine.at(gradient), machine.at(velocity), machine.at(weights)],
    ...[mask ? machine.at(mask) : 0, variable ? machine.at(variable) : 0],
    ...[tf.util.sizeFromShape(gradient.shape), attrs.learningRate],
    ...[attrs.momentum, attrs.weightDecay],
  );
  return [];
};

const moveAverage: Kernel = ({ machine, inputs, attrs }: KernelCall<{ momentum: number }>) => {
  const { average, value } = inputs as unknown as { average: tf.Variable; value: tf.TensorInfo };
  ownData(machine, average);
  const size = tf.util.sizeFromShape(value.shape);
  machine.ops.moveAverage(machine.at(average), machine.at(value), size, attrs.momentum);
  return [];
};

/** Where a variable shares its data with another tensor, a copy, so that only the variable changes. */
function ownData(machine: Machine, variable: tf.Variable): void {
  if (machine.backend.refCount(variable.dataId) === 1) return;
  const copy = tf.tensor(machine.floats(variable).slice(), variable.shape);
  variable.assign(copy);
  copy.dispose();
}

export const training = {
  SoftmaxCrossEntropy: softmaxCrossEntropy,
  UpdateWeights: updateWeights,
  MoveAverage: moveAverage,
};
