import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { EvaluationError, OptionError } from 'selective-brain-damage-statistics';
import type { Normalization } from '../datasets/normalization';
import type { PictureOptions } from '../datasets/pictureOptions';
import type { ImageBatch } from '../datasets/types';
import type { OnnxNetwork, OnnxOptions, OnnxProvider, OnnxSpec } from './onnxNetwork';
import type { OnnxRuntime } from './onnxRuntime';
import type { ModelShape } from './shape';

/** A network's input. */
interface Input {
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
  /** Undefined where any number of images is taken. */
  readonly batchSize: number | undefined;
  /** Undefined where height and width are free or differ. */
  readonly side: number | undefined;
  /** `[height, width, channels]`; undefined where a size is free. */
  readonly shape: readonly (number | undefined)[];
}

/** A network's output. */
interface Output {
  readonly name: string;
  /** Without the background class; undefined where it is free. */
  readonly numClasses: number | undefined;
  /** Outputs before the first class. */
  readonly skipped: number;
  /** Undefined where the first images have to tell. */
  readonly kind: 'logits' | 'probabilities' | undefined;
}

interface Parts {
  readonly runtime: OnnxRuntime;
  readonly session: InferenceSession;
  readonly input: Input;
  readonly output: Output;
  readonly variant: string;
  readonly hash: string;
  readonly provider: OnnxProvider;
  readonly pictures: PictureOptions;
  readonly normalization: Normalization;
  readonly spec: OnnxSpec;
}

/** An open session of ONNX Runtime as a network. */
export class OnnxSession implements OnnxNetwork {
  readonly variant: string;
  readonly numClasses: number | undefined;
  readonly hash: string;
  readonly provider: OnnxProvider;
  readonly pictures: PictureOptions;
  readonly spec: OnnxSpec;
  /** The input of the last batch, which the next one of its size takes; no two calls have it at once. */
  private spare = new Float32Array(0);

  constructor(private readonly parts: Parts) {
    const { variant, hash, provider, pictures, spec } = parts;
    this.variant = variant;
    this.numClasses = parts.output.numClasses;
    this.hash = hash;
    this.provider = provider;
    this.pictures = pictures;
    this.spec = spec;
  }

  /** What it gives; undefined where the first images have to tell. */
  get outputs(): 'logits' | 'probabilities' | undefined {
    return this.parts.output.kind;
  }

  /**
   * Checks that it takes these images and has these classes.
   *
   * @throws OptionError naming what it takes and what the images are
   */
  checkFit({ imageShape, numClasses }: ModelShape, normalization: Normalization | undefined): void {
    const { input, output, variant } = this.parts;
    const fail = (problem: string) => {
      throw new OptionError(`${variant}: ${problem}`, { option: 'model', value: variant });
    };
    if (input.shape.some((size, i) => size !== undefined && size !== imageShape[i]))
      fail(
        `takes images of shape [${input.shape.map((size) => size ?? 'any')}], the images are [${imageShape}]; ` +
          'open them with the size of network.pictures.',
      );
    if (output.numClasses !== undefined && output.numClasses !== numClasses)
      fail(
        `has ${output.numClasses} classes, the images have ${numClasses}` +
          (output.numClasses === numClasses + 1
            ? '; is the first a background class? Then give loadOnnx backgroundClass: true.'
            : '; give the loader of the images all classes, in the order of the network.'),
      );
    if (normalization && !isNear(normalization, this.parts.normalization))
      fail(
        `takes images of ${described(this.parts.normalization)}, the images have ` +
          `${described(normalization)}. Give loadOnnx the mean and std that the network was trained ` +
          'with, and the loader of the images network.pictures.',
      );
  }

  /** Logits or probabilities, float32 [n × classes]. */
  async answer({ images, shape }: ImageBatch): Promise<Float32Array> {
    const [n, height, width, channels] = shape;
    const { runtime, session, input, output } = this.parts;
    const stride = height * width * channels;
    const size = input.batchSize ?? n;
    const dims =
      input.layout === 'NHWC' ? [size, height, width, channels] : [size, channels, height, width];
    const parts: Float32Array[] = [];
    for (let from = 0; from < n; from += size) {
      const here = Math.min(size, n - from);
      const part = images.subarray(from * stride, (from + here) * stride);
      const data = this.takeInput(size * stride);
      if (input.layout === 'NHWC') data.set(part);
      else toChannelsFirst(part, channels, stride, data);
      data.fill(0, part.length);
      const tensor = new runtime.Tensor('float32', data, dims);
      const answered = (await session.run({ [input.name]: tensor }))[output.name] as Tensor;
      this.spare = data;
      parts.push(this.classesOf(answered, size).subarray(0, here * this.classes(answered)));
      answered.dispose();
    }
    return parts.length === 1 ? parts[0]! : joined(parts);
  }

  async close(): Promise<void> {
    await this.parts.session.release();
  }

  private takeInput(floats: number): Float32Array<ArrayBuffer> {
    const { spare } = this;
    this.spare = new Float32Array(0);
    return spare.length === floats ? spare : new Float32Array(floats);
  }

  private classes({ dims }: Tensor): number {
    return dims.slice(1).reduce((a, b) => a * b, 1) - this.parts.output.skipped;
  }

  private classesOf(answered: Tensor, n: number): Float32Array {
    const { variant, output } = this.parts;
    const values = answered.data;
    const classes = this.classes(answered);
    if (!(values instanceof Float32Array) || answered.dims[0] !== n)
      throw new EvaluationError(
        `${variant}: output ${output.name} is ${answered.type} [${answered.dims}]; expected float32 ` +
          `[${n}, classes].`,
      );
    if (output.skipped === 0) return values.slice();
    const kept = new Float32Array(n * classes);
    for (let i = 0; i < n; i++)
      for (let c = 0; c < classes; c++)
        kept[i * classes + c] = values[i * (classes + output.skipped) + output.skipped + c]!;
    return kept;
  }
}

/** Writes four pixels a turn, which takes a third less time than one. */
function toChannelsFirst(
  images: Float32Array,
  channels: number,
  stride: number,
  into: Float32Array,
): void {
  const pixels = stride / channels;
  let to = 0;
  for (let start = 0; start < images.length; start += stride)
    for (let channel = 0; channel < channels; channel++) {
      let from = start + channel;
      const end = to + pixels;
      for (; to + 4 <= end; to += 4, from += 4 * channels) {
        into[to] = images[from]!;
        into[to + 1] = images[from + channels]!;
        into[to + 2] = images[from + 2 * channels]!;
        into[to + 3] = images[from + 3 * channels]!;
      }
      for (; to < end; to++, from += channels) into[to] = images[from]!;
    }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Half a grey level apart at most: 127/255 written as 0.498 is near. */
function isNear(a: Normalization, b: Normalization): boolean {
  const near = (x: readonly number[], y: readonly number[]) =>
    x.every((value, c) => Math.abs(value - y[c]!) <= 0.5);
  return near(a.mean, b.mean) && near(a.std, b.std);
}

function described({ mean, std }: Normalization): string {
  const list = (levels: readonly number[]) =>
    levels.map((level) => (level / 255).toFixed(3)).join(', ');
  return `mean ${list(mean)} and standard deviation ${list(std)}`;
}

/** @throws OptionError where the network does not take one batch of images */
export function inputOfSession(
  { inputMetadata }: InferenceSession,
  { path, layout }: OnnxOptions & { readonly path: string },
): Input {
  const [input] = inputMetadata;
  const fail = (problem: string) =>
    new OptionError(`${path}: ${problem}`, { option: 'path', value: path, file: path });
  const found = inputMetadata.map((one) =>
    one.isTensor ? `${one.name}: ${one.type} [${one.shape}]` : one.name,
  );
  const expected = 'expected one input, float32 [n, 3, height, width] or [n, height, width, 3]';
  if (!input?.isTensor || inputMetadata.length !== 1 || input.shape.length !== 4)
    throw fail(`takes ${found.join(', ') || 'nothing'}; ${expected}.`);
  if (input.type !== 'float32') throw fail(`takes ${found[0]}; ${expected}.`);
  const sizes = input.shape.map((size) => (typeof size === 'number' ? size : undefined));
  const isChannels = (size: number | undefined) => size === 1 || size === 3;
  const first = isChannels(sizes[1]) && !isChannels(sizes[3]);
  const last = isChannels(sizes[3]) && !isChannels(sizes[1]);
  if (!layout && !first && !last)
    throw fail(`takes ${found[0]}; give layout: 'NCHW' or 'NHWC', which its shape does not tell.`);
  const order = layout ?? (first ? 'NCHW' : 'NHWC');
  const [, a, b, c] = sizes;
  const shape = order === 'NCHW' ? [b, c, a] : [a, b, c];
  return {
    ...{ name: input.name, layout: order, batchSize: sizes[0], shape },
    side: shape[0] === shape[1] ? shape[0] : undefined,
  };
}

/** @throws OptionError where the network gives no number for each class */
export function outputOfSession(
  { outputMetadata }: InferenceSession,
  { path, outputs, backgroundClass = false }: OnnxOptions & { readonly path: string },
): Output {
  const [output] = outputMetadata;
  if (!output?.isTensor)
    throw new OptionError(`${path}: gives no tensor; expected one output [n, classes].`, {
      ...{ option: 'path', value: path, file: path },
    });
  const sizes = output.shape.slice(1);
  const known = sizes.every((size) => typeof size === 'number') && sizes.length > 0;
  const all = known ? (sizes as number[]).reduce((a, b) => a * b, 1) : undefined;
  const skipped = Number(backgroundClass);
  return {
    ...{ name: output.name, skipped, kind: outputs },
    numClasses: all === undefined ? undefined : all - skipped,
  };
}
