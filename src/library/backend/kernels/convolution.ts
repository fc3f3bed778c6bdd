import * as tf from '../tf';
import type { Arena } from './arena';
import { emptyProduct, isEmpty, type Kernel, type KernelCall } from './kernel';
import { sizesOf } from './layouts';

type Conv2DInfo = tf.backend_util.Conv2DInfo;
type Sizes4D = [number, number, number, number];

/** The attributes that tfjs's convolutions share. */
interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: number | 'valid' | 'same' | tf.backend_util.ExplicitPadding;
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Sizes of a convolution; undefined for channels first, which no kernel here supports. */
function info(
  attrs: ConvolutionAttributes,
  xShape: number[],
  filterShape: number[],
  depthwise = false,
): Conv2DInfo | undefined {
  if (attrs.dataFormat === 'NCHW') return undefined;
  const { strides, dilations = 1, pad, dimRoundingMode } = attrs;
  return tf.backend_util.computeConv2DInfo(
    xShape as Sizes4D,
    filterShape as Sizes4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

/** The address of a convolution's sizes. */
function shape(arena: Arena, info: Conv2DInfo): number {
  return arena.struct('ConvShape', sizesOf(info));
}

function forward(
  { arena, inputs, attrs }: KernelCall<ConvolutionAttributes>,
  relu: boolean,
): tf.TensorInfo | undefined {
  const { x, filter, bias } = inputs as {
    x: tf.TensorInfo;
    filter: tf.TensorInfo;
    bias?: tf.TensorInfo;
  };
  const conv = info(attrs, x.shape, filter.shape);
  if (conv === undefined) return undefined;
  if (isEmpty(x.shape, filter.shape, conv.outShape))
    return emptyProduct(arena, conv.outShape, bias, relu);
  const y = arena.output(conv.outShape);
  arena.withScratch((scratch) =>
    arena.compiled.conv2d(
      ...[arena.at(x), arena.at(filter), bias ? arena.at(bias) : 0, arena.at(y)],
      ...[shape(arena, conv), Number(relu), scratch],
    ),
  );
  return y;
}

const conv2D: Kernel = (call: KernelCall<ConvolutionAttributes>) => forward(call, false);

const fusedConv2D: Kernel = (call: KernelCall<ConvolutionAttributes & { activation: string }>) => {
  const { bias, filter } = call.inputs;
  const { activation } = call.attrs;
  if (activation !== 'linear' && activation !== 'relu') return undefined;
  if (bias && tf.util.sizeFromShape(bias.shape) !== filter!.shape[3]) return undefined;
  return forward(call, activation === 'relu');
};

const conv2DBackpropInput: Kernel = ({
  arena,
  inputs,
  attrs,
}: KernelCall<ConvolutionAttributes & { inputShape: number[] }>) => {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const conv = info(attrs, attrs.inputShape, filter.shape);
  if (conv === undefined) return undefined;
  if (isEmpty(dy.shape, filter.shape, conv.inShape)) return emptyProduct(arena, conv.inShape);
  const dx = arena.output(conv.inShape);
  arena.withScratch((scratch) =>
    arena.compiled.conv2dInputGradient(
      ...[arena.at(dy), arena.at(filter), arena.at(dx)],
      ...[shape(arena, conv), scratch],
    ),
  );
  return dx;
};

const conv2DBackpropFilter: Kernel = ({
  arena,
  inputs,
  attrs,
}: KernelCall<ConvolutionAttributes & { filterShape: number[] }>) => {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const conv = info(attrs, x.shape, attrs.filterShape);
  if (conv === undefined) return undefined;
  if (isEmpty(x.shape, dy.shape, conv.filterShape)) return emptyProduct(arena, conv.filterShape);
  const dw = arena.output(conv.filterShape);
  arena.withScratch((scratch) =>
    arena.compiled.conv2dFilterGradient(
      ...[arena.at(x), arena.at(dy), arena.at(dw)],
      ...[shape(arena, conv), scratch],
    ),
  );
  return dw;
};

const depthwiseBackpropInput: Kernel = ({
  arena,
  inputs,
  attrs,
}: KernelCall<ConvolutionAttributes & { inputShape: number[] }>) => {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const conv = info(attrs, attrs.inputShape, filter.shape, true)!;
  const dx = arena.output(conv.inShape);
  const { depthwiseInputGradient } = arena.compiled;
  depthwiseInputGradient(arena.at(dy), arena.at(filter), arena.at(dx), shape(arena, conv));
  return dx;
};

const depthwiseBackpropFilter: Kernel = ({
  arena,
  inputs,
  attrs,
}: KernelCall<ConvolutionAttributes & { filterShape: number[] }>) => {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const conv = info(attrs, x.shape, attrs.filterShape, true)!;
  const dw = arena.output(attrs.filterShape);
  const { depthwiseFilterGradient } = arena.compiled;
  depthwiseFilterGradient(arena.at(x), arena.at(dy), arena.at(dw), shape(arena, conv));
  return dw;
};

export const convolution = {
  Conv2D: conv2D,
  FusedConv2D: fusedConv2D,
  Conv2DBackpropInput: conv2DBackpropInput,
  Conv2DBackpropFilter: conv2DBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
};
