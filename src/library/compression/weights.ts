import type * as tf from '../backend/tf';
import { nameOf } from '../models/weights';
import { roundHalfEven, symmetricScale, symmetricValue, toFloat16 } from './arithmetic';
import { BITS, type Quantization } from './quantization';

/** The weights of a layer, on the values that their integers stand for. */
export interface QuantizedLayer {
  /** As `layer.getWeights()`. */
  readonly weights: readonly Float32Array[];
  /** Size of the integers, their scales, and what stays floating point. */
  readonly bytes: number;
  /** Whether the layer has weights of a convolution or a dense layer. */
  readonly hasKernel: boolean;
}

const FLOAT32_BYTES = 4;
const LARGEST_INT32 = 2 ** 31 - 1;

/**
 * Quantizes a layer's weights: kernels as asked for, all else float32; where the scale of its input is
 * known, the bias as 32-bit integers.
 */
export function quantizeLayer(
  layer: tf.layers.Layer,
  { weights, perChannel }: Required<Pick<Quantization, 'weights' | 'perChannel'>>,
  inputScale: number | undefined,
): QuantizedLayer {
  const tensors = layer.weights.map((weight) => {
    const tensor = weight.read();
    return { name: nameOf(weight), shape: tensor.shape, values: tensor.dataSync<'float32'>() };
  });
  const hasKernel = tensors.some(({ name }) => isKernel(name));
  if (weights === 'float16') {
    const rounded = tensors.map(({ values }) => values.map(toFloat16));
    return { weights: rounded, bytes: 2 * sizeOf(rounded), hasKernel };
  }
  let bytes = 0;
  let scales: Float32Array | undefined;
  const quantized = tensors.map(({ name, shape, values }) => {
    if (isKernel(name)) {
      scales = scalesOf(values, perChannel ? channelsOf(name, shape) : 1, BITS[weights]);
      bytes += Math.ceil((values.length * BITS[weights]) / 8) + FLOAT32_BYTES * scales.length;
      const { length } = scales;
      return values.map((x, i) => symmetricValue(x, scales![i % length]!, BITS[weights]));
    }
    bytes += FLOAT32_BYTES * values.length;
    if (inputScale === undefined || !scales || !isBias(name)) return values.slice();
    const { length } = scales;
    return values.map((x, i) => biasValue(x, Math.fround(inputScale * scales![i % length]!)));
  });
  return { weights: quantized, bytes, hasKernel };
}

/** `conv1/kernel`, `depthwise_kernel`. */
function isKernel(name: string): boolean {
  return name.endsWith('kernel');
}

function isBias(name: string): boolean {
  return name.endsWith('bias');
}

/** Output channels of a kernel; they are its last axis, of a depthwise kernel its last two. */
function channelsOf(name: string, shape: readonly number[]): number {
  const axes = name.endsWith('depthwise_kernel') ? 2 : 1;
  return shape.slice(-axes).reduce((product, size) => product * size, 1);
}

function scalesOf(values: Float32Array, channels: number, bits: number): Float32Array {
  const largest = new Float32Array(channels);
  for (const [i, x] of values.entries())
    largest[i % channels] = Math.max(largest[i % channels]!, Math.abs(x));
  // A channel of zeros, as pruning leaves them, needs a scale too: its bias is counted in it.
  const ofTensor = symmetricScale(Math.max(...largest), bits);
  return largest.map((size) => symmetricScale(size, bits, ofTensor));
}

function biasValue(x: number, scale: number): number {
  const integer = roundHalfEven(x / scale);
  return Math.max(-LARGEST_INT32 - 1, Math.min(LARGEST_INT32, integer)) * scale;
}

function sizeOf(arrays: readonly Float32Array[]): number {
  return arrays.reduce((size, { length }) => size + length, 0);
}
