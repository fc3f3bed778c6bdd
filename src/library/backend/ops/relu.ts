import * as tf from '../tf';
import { hasKernel, runKernel } from './kernel';

const composed = tf.getGradient('Relu');

/** The gradient of `tf.relu` in one pass where the backend has a kernel for it. */
tf.registerGradient({
  ...composed,
  kernelName: 'Relu',
  gradFunc: (dy, saved, attrs) =>
    hasKernel('ReluGrad')
      ? { x: () => runKernel('ReluGrad', { dy: dy as tf.Tensor, x: saved[0]! })[0]! }
      : composed.gradFunc(dy, saved, attrs),
});
