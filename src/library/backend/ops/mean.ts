import * as tf from '../tf';

const composed = tf.getGradient('Mean');

/**
 * The gradient of a mean over the pixels of images, as global average pooling takes it, in one pass:
 * that of average pooling with a window as large as the image.
 */
tf.registerGradient({
  ...composed,
  kernelName: 'Mean',
  gradFunc: (dy, saved, attrs) => {
    const [input] = saved as [tf.Tensor];
    const { axis } = attrs as { axis?: number | number[] };
    const overPixels = input.rank === 4 && Array.isArray(axis) && axis.join() === '1,2';
    if (!overPixels) return composed.gradFunc(dy, saved, attrs);
    const [images, height, width, channels] = input.shape as [number, number, number, number];
    return {
      x: () =>
        tf
          .engine()
          .runKernel(
            'AvgPoolGrad',
            { dy: (dy as tf.Tensor).reshape([images, 1, 1, channels]), input },
            { filterSize: [height, width], strides: 1, pad: 'valid' },
          ) as tf.Tensor,
    };
  },
});
