import * as tf from '../tf';
import { hasKernel, runKernel } from './kernel';

/**
 * Mean over the batch of the cross-entropy between the labels and the softmax of the logits, with
 * its gradient.
 *
 * @param logits float32 `[batch, classes]`
 * @param labels int32 `[batch]`, 0-based
 * @param options.labelSmoothing share of the target that is spread evenly over all classes, 0–1
 *   (Szegedy et al. 2016, section 7). Default 0.
 * @returns a scalar, in nats
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: { labelSmoothing?: number } = {},
): tf.Scalar {
  const { labelSmoothing = 0 } = options;
  const loss = tf.customGrad((...args) => {
    const [logits, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const [value, gradient] = hasKernel('SoftmaxCrossEntropy')
      ? runKernel('SoftmaxCrossEntropy', { logits, labels }, { labelSmoothing })
      : composed(logits, labels, labelSmoothing);
    save([gradient!]);
    return { value: value!, gradFunc: (dy, saved) => (saved as tf.Tensor[])[0]!.mul(dy) };
  });
  return loss(logits) as tf.Scalar;
}

/** The loss and its gradient by the logits. */
function composed(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing: number): tf.Tensor[] {
  const [batch, classes] = logits.shape;
  const target = tf
    .oneHot(labels, classes)
    .mul(1 - smoothing)
    .add(smoothing / classes);
  const shifted = logits.sub(logits.max(1, true));
  const exp = shifted.exp();
  const sum = exp.sum(1, true);
  const loss = sum.log().sub(shifted).mul(target).sum().div(batch);
  return [loss, exp.div(sum).sub(target).div(batch)];
}
