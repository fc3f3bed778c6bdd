import * as tf from '../tf';
import { hasKernel, runKernel } from './kernel';

/** average = momentum · average + (1 − momentum) · value, in place. */
export function moveAverage(average: tf.Variable, value: tf.Tensor, momentum: number): void {
  if (hasKernel('MoveAverage')) runKernel('MoveAverage', { average, value }, { momentum });
  else tf.tidy(() => average.assign(value.add(average.sub(value).mul(momentum))));
}
