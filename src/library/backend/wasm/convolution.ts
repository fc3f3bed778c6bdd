import * as tf from '../tf';
import { isEmpty, type Kernel, type KernelCall, sumsOfNothing } from './kernel';

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

/** Sizes of a convolution; undefined for channels first, which no op here takes. */
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

/** The struct `Shape` of conv.h. */
function shape(info: Conv2DInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    ...[info.filterHeight, info.filterWidth, info.outChannels, info.outHeight, info.outWidth],
    ...[info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ];
}

function forward(
  { machine, inputs, attrs }: KernelCall<ConvolutionAttributes>,
  rectify: boolean,
): tf.TensorInfo | undefined {
  const { x, filter, bias } = inputs as {
    x: tf.TensorInfo;
    filter: tf.TensorInfo;
    bias?: tf.TensorInfo;
  };
  const conv = info(attrs, x.shape, filter.shape);
  if (conv === undefined) return undefined;
  if (isEmpty(x.shape, filter.shape, conv.outShape))
    return sumsOfNothing(machine, conv.outShape, bias, rectify);
  const y = machine.output(conv.outShape);
  machine.withScratch((scratch) =>
    machine.ops.conv2d(
      ...[machine.at(x), machine.at(filter), bias ? machine.at(bias) : 0, machine.at(y)],
      ...[machine.struct(shape(conv)), Number(rectify), scratch],
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
  machine,
  inputs,
  attrs,
}: KernelCall<ConvolutionAttributes & { inputShape: number[] }>) => {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const conv = info(attrs, attrs.inputShape, filter.shape);
  if (conv === undefined) return undefined;
  if (isEmpty(dy.shape, filter.shape, conv.inShape)) return sumsOfNothing(machine, conv.inShape);
  const dx = machine.output(conv.inShape);
  machine.withScratch((scratch) =>
    machine.ops.conv2dInputGradient(
      ...[machine.at(dy), machine.at(filter), machine.at(dx)],
      ...[machine.struct(shape(conv)), scratch],
    ),
  );
  return dx;
};

const conv2DBackpropFilter: Kernel = ({
  machine,
  inputs,
  attrs,
}: KernelCall<ConvolutionAttributes & { filterShape: number[] }>) => {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const conv = info(attrs, x.shape, attrs.filterShape);
  if (conv === undefined) return undefined;
  if (isEmpty(x.shape, dy.shape, conv.filterShape)) return sumsOfNothing(machine, conv.filterShape);
  const dw = machine.output(conv.filterShape);
  machine.withScratch((scratch) =>
    machine.ops.conv2dFilterGradient(
      ...[machine.at(x), machine.at(dy), machine.at(dw)],
      ...[machine.struct(shape(conv)), scratch],
    ),
  );
  return dw;
};

const depthwiseBackpropInput: Kernel = ({
  machine,
  inputs,
  attrs,
}: KernelCall<ConvolutionAttributes & { inputShape: number[] }>) => {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const conv = info(attrs, attrs.inputShape, filter.shape, true)!;
  const dx = machine.output(conv.inShape);
  const { depthwiseInputGradient } = machine.ops;
  depthwiseInputGradient(
    machine.at(dy),
    machine.at(filter),
    machine.at(dx),
    machine.struct(shape(conv)),
  );
  return dx;
};

const depthwiseBackpropFilter: Kernel = ({
  machine,
  inputs,
  attrs,
}: KernelCall<ConvolutionAttributes & { filterShape: number[] }>) => {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const conv = info(attrs, x.shape, attrs.filterShape, true)!;
  const dw = machine.output(attrs.filterShape);
  const { depthwiseFilterGradient } = machine.ops;
  depthwiseFilterGradient(
    machine.at(x),
    machine.at(dy),
    machine.at(dw),
    machine.struct(shape(conv)),
  );
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
