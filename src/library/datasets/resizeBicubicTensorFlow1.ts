import type { Region, RgbImage } from '../images/rgbImage';

/** Of Keys' cubic kernel, as `tf.image.resize_bicubic` has it. */
const A = -0.75;
/** TensorFlow looks its weights up in a table of so many steps a pixel. */
const STEPS = 1024;
const TAPS = 4;

/** The pixels of one axis from which each output pixel is made, and their weights. */
interface Axis {
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

/**
 * Resizes as `tf.image.resize_bicubic` of TensorFlow 1 does: no antialiasing, output pixel i at input
 * coordinate i · (input / output) with no half pixel, edges repeated, and no rounding or clipping.
 *
 * @param to size of the resized image, of which only `window` is computed
 * @returns float32 `[window.height, window.width, 3]`, in grey levels
 */
export function resizeBicubicTensorFlow1(
  image: RgbImage,
  to: { readonly width: number; readonly height: number },
  window: Region,
): Float32Array {
  const x = axisOf(image.width, to.width, window.left, window.width);
  const y = axisOf(image.height, to.height, window.top, window.height);
  const [first, last] = [Math.min(...y.indices), Math.max(...y.indices)];
  // Along the rows first, since few rows are needed more than once.
  const rows = new Float32Array((last - first + 1) * window.width * 3);
  for (let row = first, out = 0; row <= last; row++)
    for (let i = 0; i < window.width; i++)
      for (let c = 0; c < 3; c++, out++) {
        let sum = 0;
        for (let t = TAPS * i; t < TAPS * (i + 1); t++)
          sum += x.weights[t]! * image.data[(row * image.width + x.indices[t]!) * 3 + c]!;
        rows[out] = sum;
      }
  const stride = window.width * 3;
  const resized = new Float32Array(window.height * stride);
  for (let j = 0; j < window.height; j++)
    for (let k = 0; k < stride; k++) {
      let sum = 0;
      for (let t = TAPS * j; t < TAPS * (j + 1); t++)
        sum += y.weights[t]! * rows[(y.indices[t]! - first) * stride + k]!;
      resized[j * stride + k] = sum;
    }
  return resized;
}

function axisOf(input: number, output: number, start: number, length: number): Axis {
  const scale = Math.fround(input / output);
  const indices = new Int32Array(TAPS * length);
  const weights = new Float32Array(TAPS * length);
  for (let i = 0; i < length; i++) {
    const at = Math.fround(scale * (start + i));
    const left = Math.floor(at);
    const offset = Math.round((at - left) * STEPS) / STEPS;
    for (let t = 0; t < TAPS; t++) {
      indices[TAPS * i + t] = Math.max(0, Math.min(input - 1, left + t - 1));
      weights[TAPS * i + t] = keys(Math.abs(offset - (t - 1)));
    }
  }
  return { indices, weights };
}

/** Keys' cubic convolution kernel (Keys 1981, eq. 15 with a free parameter). */
function keys(x: number): number {
  if (x <= 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
  return x < 2 ? ((A * x - 5 * A) * x + 8 * A) * x - 4 * A : 0;
}
