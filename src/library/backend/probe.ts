import * as tf from './tf';

/**
 * Runs a convolution and its gradients, as training does, and compares them with numbers worked out by
 * hand: a backend can load and fail at its first op.
 *
 * @throws Error that says what the backend cannot do
 */
export function probe(): void {
  const failed = (reason: string) => new Error(`it cannot train: a convolution ${reason}.`);
  let found: number[][];
  try {
    found = tf.tidy(() => {
      const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
      const filter = tf.tensor4d([1, -1, 2, 3], [2, 2, 1, 1]);
      const convolve = (image: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid');
      const { value, grads } = tf.valueAndGrads((image, filter) => convolve(image!, filter!))([
        image,
        filter,
      ]);
      return [value, ...grads].map((tensor) => [...tensor.dataSync()]);
    });
  } catch (error) {
    throw failed(`fails with "${(error as Error).message}"`);
  }
  const expected = [[1 - 2 + 6 + 12], [1, -1, 2, 3], [1, 2, 3, 4]];
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw failed(`gives ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}
