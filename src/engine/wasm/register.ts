import * as tf from '@tensorflow/tfjs';

interface Backend extends tf.KernelBackend {
  incRef(dataId: object): void;
}

let registered = false;

/** Gives tfjs's wasm backend the kernels that training needs and it lacks. */
export function registerWasmKernels(): void {
  if (registered) return;
  registered = true;
  const register = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  };
  // tfjs's own copies the data, and does so for every tensor that a gradient saves.
  register('Identity', ({ inputs, backend }) => {
    const x = inputs.x!;
    (backend as Backend).incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => {
        const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
        const { strides, pad, filterShape } = attrs as unknown as {
          strides: [number, number];
          pad: 'same' | 'valid' | number;
          filterShape: [number, number, number, number];
        };
        const { padInfo } = tf.backend_util.computeConv2DInfo(
          x.shape,
          filterShape,
          strides,
          1,
          pad,
        );
        // The convolution of x by dy, dilated by the stride, batch and channels exchanged.
        const sums = tf.conv2d(
          x.transpose<tf.Tensor4D>([3, 1, 2, 0]),
          dy.transpose<tf.Tensor4D>([1, 2, 0, 3]),
          1,
          [
            [0, 0],
            [padInfo.top, padInfo.bottom],
            [padInfo.left, padInfo.right],
            [0, 0],
          ],
          'NHWC',
          strides,
        );
        const [channels] = sums.shape;
        return sums
          .slice([0, 0, 0, 0], [channels, filterShape[0], filterShape[1], filterShape[3]])
          .transpose([1, 2, 0, 3]);
      }),
  });
}
