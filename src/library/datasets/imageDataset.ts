import { resolve } from 'node:path';
import type { ImageId } from 'selective-brain-damage-statistics';
import { DatasetError, OptionError } from 'selective-brain-damage-statistics';
import {
  checkCount,
  checkOption,
  type Random,
  randomFrom,
  shuffleInPlace,
} from 'selective-brain-damage-statistics/internal';
import type { CorruptOptions } from '../corruptions/corrupt';
import { corruptedExample } from '../corruptions/corruptedExample';
import {
  type CorruptionName,
  type CorruptionScale,
  checkCorruption,
  checkScale,
  checkSeverity,
  scaleFor,
} from '../corruptions/names';
import { mapConcurrent } from '../streams/mapConcurrent';
import type { Normalization } from './normalization';

/** An image as a person sees it: 8-bit RGB, row by row. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** `height × width × 3` bytes, 0–255. */
  readonly data: Uint8Array;
}

/** One labelled image, decoded only when its pixels are asked for. */
export interface Example {
  readonly id: ImageId;
  /** 0-based class. */
  readonly label: number;
  /** The JPEG or PNG file that the image came as, where it did. */
  readonly encoded?: Uint8Array;
  /** The picture as stored (decoded, not cropped or normalised). */
  image(): RgbImage | Promise<RgbImage>;
  /**
   * The model's input, float32 `[height, width, channels]`, normalised by the data set's mean and
   * standard deviation. With `augment`, training preprocessing drawn from it, else evaluation's.
   * May be written into `into` and be that array: a batch then needs no copy.
   */
  pixels(augment?: Random, into?: Float32Array): Float32Array | Promise<Float32Array>;
}

/** Images for one step of a model. */
export interface ImageBatch {
  /** `[n, height, width, channels]`, normalised. */
  readonly images: Float32Array;
  readonly shape: [number, number, number, number];
  /** 0-based classes, length n. */
  readonly labels: Int32Array;
  readonly ids: ImageId[];
}

/** What has to be said to open a data set again, in this process or another. JSON. */
export interface DatasetSpec {
  /** The loader's name: `cifar10`, `imagenet-records`. */
  readonly loader: string;
  /** The options that the loader was called with. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly views?: readonly DatasetView[];
}

/** One view on a data set; views apply in the order in which they were asked for. */
export type DatasetView =
  | { readonly op: 'take'; readonly count: number }
  | { readonly op: 'shard'; readonly index: number; readonly of: number }
  | { readonly op: 'shuffle'; readonly seed: number }
  | { readonly op: 'augment'; readonly seed: number }
  | { readonly op: 'among'; readonly classes: readonly number[] }
  | CorruptView;

/** Every image corrupted, each from a seed of its own. */
export interface CorruptView {
  readonly op: 'corrupt';
  readonly name: CorruptionName;
  readonly severity: number;
  readonly seed: number;
  readonly scale: CorruptionScale;
  /** Folder of frost textures. */
  readonly frost?: string;
}

/** Where images come from: what a loader implements. */
export interface ImageSource {
  /** For people: `CIFAR-10 test`. */
  readonly name: string;
  /** Index = class. */
  readonly classNames: readonly string[];
  /** `[height, width, channels]` of a model's input. */
  readonly imageShape: readonly [number, number, number];
  /** Identifies the content; part of what decides a training run. */
  readonly hash: string;
  /** How `pixels` are made of 8-bit RGB; needed to corrupt what a model sees. */
  readonly normalization?: Normalization;
  /** How many images there are, where that is known without reading them. */
  readonly size?: number;
  readonly spec?: DatasetSpec;
  /** Examples held at once to shuffle a view. Default 4,096. */
  readonly shuffleBuffer?: number;
  /** What was bad and left out so far, where the loader was told to go on. */
  readonly skipped?: readonly Error[];
  /** All examples, in stored order, or in an order drawn from `random`. */
  examples(random?: Random): AsyncIterable<Example>;
}

/** How {@link ImageDataset.batches} cuts the stream. */
export interface BatchOptions {
  /** Batches to pass over without decoding them. Default 0. */
  readonly skip?: number;
  /** Leave out a last batch that is not full. Default false. */
  readonly dropRemainder?: boolean;
  /** Batches decoded ahead of the consumer. Default 1. */
  readonly prefetch?: number;
}

const SHUFFLE_BUFFER = 4096;

/**
 * A stream of labelled images with views on it. A data set is never held as a whole: every method
 * that narrows or reorders it returns a new, cheap view.
 */
export class ImageDataset implements AsyncIterable<Example> {
  constructor(
    private readonly source: ImageSource,
    /** The views, in the order in which they apply. */
    readonly views: readonly DatasetView[] = [],
  ) {}

  get name(): string {
    return this.source.name;
  }
  get classNames(): readonly string[] {
    return this.source.classNames;
  }
  get numClasses(): number {
    return this.source.classNames.length;
  }
  /** `[height, width, channels]` of a model's input. */
  get imageShape(): readonly [number, number, number] {
    return this.source.imageShape;
  }
  get hash(): string {
    return this.source.hash;
  }

  /** What was bad and left out so far, where the loader was told to go on; one error each. */
  get skipped(): readonly Error[] {
    return this.source.skipped ?? [];
  }

  /** How many images the view holds, where that is known without reading them. */
  get size(): number | undefined {
    let size = this.source.size;
    for (const view of this.views) {
      if (size === undefined) return undefined;
      if (view.op === 'take') size = Math.min(size, view.count);
      if (view.op === 'shard') size = Math.floor((size - view.index - 1) / view.of) + 1;
    }
    return size;
  }

  /** What has to be said to open this view again; undefined for images that only memory holds. */
  get spec(): DatasetSpec | undefined {
    return this.source.spec && { ...this.source.spec, views: this.views };
  }

  /** The first `count` images. */
  take(count: number): ImageDataset {
    checkCount('take', count, 0);
    return this.view([{ op: 'take', count }]);
  }

  /** Every `of`-th image, from image `index` on: the shards of one `of` are disjoint and complete. */
  shard(index: number, of: number): ImageDataset {
    checkCount('shard of', of);
    checkCount('shard index', index, 0);
    checkOption('shard index', index, index < of, `less than ${of}, the number of shards`);
    return this.view([{ op: 'shard', index, of }]);
  }

  /** The images in an order drawn from `seed`. */
  shuffle(seed: number): ImageDataset {
    return this.view([{ op: 'shuffle', seed }]);
  }

  /** The images with training preprocessing (random crop and flip) drawn from `seed`. */
  augment(seed: number): ImageDataset {
    return this.view([{ op: 'augment', seed }]);
  }

  /**
   * The same images, of which predictions are made among some classes only: a model's other outputs
   * are passed over. An image of another class is an error when it is met.
   *
   * @param classes 0-based
   * @throws OptionError for a class that the data set does not have
   */
  among(classes: readonly number[]): ImageDataset {
    const wrong = classes.find((c) => !(Number.isInteger(c) && c >= 0 && c < this.numClasses));
    if (wrong !== undefined || classes.length === 0)
      throw new OptionError(
        `among([${wrong ?? ''}]): expected classes of ${this.name}, 0–${this.numClasses - 1}.`,
      );
    return this.view([{ op: 'among', classes: [...new Set(classes)].sort((a, b) => a - b) }]);
  }

  /** The classes among which predictions are made, ascending; undefined where it is all of them. */
  get candidates(): readonly number[] | undefined {
    return this.views.findLast((view) => view.op === 'among')?.classes;
  }

  /**
   * The images as {@link corrupt} corrupts what a model sees of them: after resize and crop, before
   * normalisation. Each draws from a seed of its own, derived from `seed`, the corruption, the
   * severity and its id, so that no other view changes what becomes of it. The scale is recorded
   * with the view; its default goes by `imageShape`.
   *
   * @throws OptionError as `corrupt` does, and where the images are not RGB
   */
  corrupt(name: CorruptionName, severity: number, options: CorruptOptions = {}): ImageDataset {
    const [height, width] = this.imageShape;
    const { seed = 0, scale = scaleFor(width, height), frost } = options;
    checkCorruption(name);
    checkSeverity(severity);
    checkScale(scale);
    if (!this.source.normalization || this.imageShape[2] !== 3)
      throw new OptionError(
        `corrupt: the images of ${this.name} have shape [${this.imageShape}]; expected RGB images ` +
          'whose source tells its normalization.',
      );
    const textures = frost !== undefined && { frost: resolve(frost) };
    return this.view([{ op: 'corrupt', name, severity, seed, scale, ...textures }]);
  }

  /** Further views on top of those that are there. */
  view(views: readonly DatasetView[]): ImageDataset {
    return new ImageDataset(this.source, [...this.views, ...views]);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Example> {
    const [first, ...rest] = this.views;
    const shuffledAtSource = first?.op === 'shuffle';
    let stream = this.source.examples(
      shuffledAtSource ? randomFrom(first.seed, 'shuffle') : undefined,
    );
    for (const view of shuffledAtSource ? rest : this.views)
      stream = apply(stream, view, this.source);
    yield* stream;
  }

  /** Images and labels for the model, `batchSize` at a time; decoding runs ahead of the consumer. */
  async *batches(batchSize: number, options: BatchOptions = {}): AsyncGenerator<ImageBatch> {
    const { skip = 0, dropRemainder = false, prefetch = 1 } = options;
    checkCount('batchSize', batchSize);
    const kept = chunks(this, batchSize, skip, dropRemainder);
    yield* mapConcurrent(kept, prefetch + 1, (examples) => this.decode(examples));
  }

  private async decode(examples: Example[]): Promise<ImageBatch> {
    const [height, width, channels] = this.imageShape;
    const stride = height * width * channels;
    const images = new Float32Array(examples.length * stride);
    await Promise.all(
      examples.map(async (example, i) => {
        const place = images.subarray(i * stride, (i + 1) * stride);
        const pixels = await example.pixels(undefined, place);
        if (pixels !== place) place.set(pixels);
      }),
    );
    return {
      images,
      shape: [examples.length, height, width, channels],
      labels: Int32Array.from(examples, (example) => example.label),
      ids: examples.map((example) => example.id),
    };
  }
}

async function* apply(
  stream: AsyncIterable<Example>,
  view: DatasetView,
  source: ImageSource,
): AsyncGenerator<Example> {
  switch (view.op) {
    case 'take': {
      if (view.count === 0) return;
      let left = view.count;
      for await (const example of stream) {
        yield example;
        if (--left === 0) return;
      }
      return;
    }
    case 'shard': {
      let position = 0;
      for await (const example of stream) if (position++ % view.of === view.index) yield example;
      return;
    }
    case 'shuffle':
      yield* shuffleStream(
        stream,
        randomFrom(view.seed, 'shuffle'),
        source.shuffleBuffer ?? SHUFFLE_BUFFER,
      );
      return;
    case 'augment': {
      let position = 0;
      for await (const example of stream) {
        // By position, so that skipping to a batch draws the same crops as walking there.
        const random = randomFrom(view.seed, 'augment', position++);
        yield { ...bound(example), pixels: (_, into) => example.pixels(random, into) };
      }
      return;
    }
    case 'among': {
      const classes = new Set(view.classes);
      for await (const example of stream) {
        if (!classes.has(example.label))
          throw new DatasetError(
            `${source.name}: image ${example.id} has class ${example.label}, which is not among the ` +
              `${classes.size} that predictions are made among.`,
          );
        yield example;
      }
      return;
    }
    case 'corrupt':
      for await (const example of stream)
        yield corruptedExample(example, view, source.imageShape, source.normalization!);
      return;
  }
}

/** A copy of an example whose methods no longer depend on `this`. */
function bound(example: Example): Example {
  return {
    id: example.id,
    label: example.label,
    ...(example.encoded && { encoded: example.encoded }),
    image: () => example.image(),
    pixels: (augment, into) => example.pixels(augment, into),
  };
}

/** Shuffles a stream through a buffer; a stream no longer than the buffer is shuffled fully. */
export async function* shuffleStream<T>(
  stream: AsyncIterable<T>,
  random: Random,
  bufferSize: number,
): AsyncGenerator<T> {
  const buffer: T[] = [];
  for await (const item of stream) {
    if (buffer.length < bufferSize) {
      buffer.push(item);
      continue;
    }
    const i = Math.floor(random() * bufferSize);
    yield buffer[i]!;
    buffer[i] = item;
  }
  yield* shuffleInPlace(buffer, random);
}

async function* chunks(
  stream: AsyncIterable<Example>,
  size: number,
  skip: number,
  dropRemainder: boolean,
): AsyncGenerator<Example[]> {
  let chunk: Example[] = [];
  let left = skip * size;
  for await (const example of stream) {
    if (left-- > 0) continue;
    chunk.push(example);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0 && !dropRemainder) yield chunk;
}
