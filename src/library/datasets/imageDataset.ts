import { resolve } from 'node:path';
import { OptionError } from 'selective-brain-damage-statistics';
import {
  checkCount,
  checkOption,
  checkOptions,
  count,
  FLAG,
  FUNCTION,
  type OptionRule,
  type OptionRules,
  randomFrom,
  requireAwaited,
  SEED,
  shown,
} from 'selective-brain-damage-statistics/internal';
import { type CorruptOptions, corruptRules } from '../corruptions/corrupt';
import {
  type CorruptionName,
  checkCorruption,
  checkSeverity,
  scaleFor,
} from '../corruptions/names';
import { mapConcurrent } from '../streams/mapConcurrent';
import type { Normalization } from './normalization';
import type {
  BatchOptions,
  DatasetSpec,
  DatasetView,
  Example,
  ImageBatch,
  ImageSource,
} from './types';
import { applyView } from './views/applyView';

const batchRules: OptionRules<BatchOptions> = {
  skip: count(0),
  dropRemainder: FLAG,
  prefetch: count(0),
  memory: FUNCTION,
};

/**
 * A stream of labelled images, seen through views. The images are never in memory all at once: every
 * method that narrows or reorders the stream returns a new, cheap view.
 */
export class ImageDataset implements AsyncIterable<Example> {
  /** A data set of the images of a source, seen through views. */
  constructor(
    private readonly source: ImageSource,
    /** The views, in the order in which they apply. */
    readonly views: readonly DatasetView[] = [],
  ) {}

  /** For people, as `CIFAR-10 test`. */
  get name(): string {
    return this.source.name;
  }
  /** Names of the classes, by class. */
  get classNames(): readonly string[] {
    return this.source.classNames;
  }
  /** Number of classes. */
  get numClasses(): number {
    return this.source.classNames.length;
  }
  /** `[height, width, channels]` of a model's input. */
  get imageShape(): readonly [number, number, number] {
    return this.source.imageShape;
  }
  /** How a model's input is made of 8-bit RGB; undefined where the loader does not say. */
  get normalization(): Normalization | undefined {
    return this.source.normalization;
  }
  /** Identifies the content, whatever the views. */
  get hash(): string {
    return this.source.hash;
  }

  /** One error for each bad image left out so far, where the loader was told to go on. */
  get skipped(): readonly Error[] {
    return this.source.skipped ?? [];
  }

  /** Number of images in the view, where it is known without reading them. */
  get size(): number | undefined {
    let size = this.source.size;
    for (const view of this.views) {
      if (size === undefined) return undefined;
      if (view.op === 'take') size = Math.min(size, view.count);
      if (view.op === 'shard') size = Math.floor((size - view.index - 1) / view.of) + 1;
    }
    return size;
  }

  /** A description that opens this view again; undefined for images that only memory holds. */
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
    checkSeed(seed);
    return this.view([{ op: 'shuffle', seed }]);
  }

  /** The images with training preprocessing (random crop and flip) drawn from `seed`. */
  augment(seed: number): ImageDataset {
    checkSeed(seed);
    return this.view([{ op: 'augment', seed }]);
  }

  /**
   * The same images, with predictions restricted to some classes: a model's other outputs are ignored.
   * An image of another class is an error when it is read.
   *
   * @param classes 0-based
   * @throws OptionError for a class that the data set does not have
   */
  restrictTo(classes: readonly number[]): ImageDataset {
    const wrong = classes.find((c) => !(Number.isInteger(c) && c >= 0 && c < this.numClasses));
    if (wrong !== undefined || classes.length === 0)
      throw new OptionError(
        `restrictTo([${wrong ?? ''}]): expected classes of ${this.name}, 0–${this.numClasses - 1}.`,
        { option: 'classes', value: classes },
      );
    return this.view([{ op: 'restrictTo', classes: [...new Set(classes)].sort((a, b) => a - b) }]);
  }

  /** The classes that predictions are restricted to, ascending; undefined for all classes. */
  get candidates(): readonly number[] | undefined {
    return this.views.findLast((view) => view.op === 'restrictTo')?.classes;
  }

  /**
   * The images under a corruption, as {@link corrupt} applies it to the picture that a model sees: after
   * resize and crop, before normalisation. Each image draws from a seed of its own, derived from `seed`,
   * the corruption, the severity and its id, so that other views do not change the result. The view
   * records the scale; its default depends on `imageShape`.
   *
   * @throws OptionError as `corrupt` does, and where the images are not RGB
   */
  corrupt(name: CorruptionName, severity: number, options: CorruptOptions = {}): ImageDataset {
    const [height, width] = this.imageShape;
    checkCorruption(name);
    checkSeverity(severity);
    checkOptions('corrupt', options, corruptRules);
    const { seed = 0, scale = scaleFor(width, height), frost } = options;
    if (!this.source.normalization || this.imageShape[2] !== 3)
      throw new OptionError(
        `corrupt: the images of ${this.name} have shape [${this.imageShape}]; expected RGB images ` +
          'of known normalization.',
        { option: 'data', value: this },
      );
    const textures = frost !== undefined && { frost: resolve(frost) };
    return this.view([{ op: 'corrupt', name, severity, seed, scale, ...textures }]);
  }

  /** Further views, after the present ones. */
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
      stream = applyView(stream, view, this.source);
    yield* stream;
  }

  /** Images and labels for the model, `batchSize` at a time; decoding runs ahead of the consumer. */
  async *batches(batchSize: number, options: BatchOptions = {}): AsyncGenerator<ImageBatch> {
    checkCount('batchSize', batchSize);
    checkOptions('batches', options, batchRules);
    const { skip = 0, dropRemainder = false, prefetch = 1 } = options;
    const { memory = (floats: number) => new Float32Array(floats) } = options;
    const kept = chunks(this, batchSize, skip, dropRemainder);
    yield* mapConcurrent(kept, prefetch + 1, (examples) => this.decode(examples, memory));
  }

  private async decode(
    examples: Example[],
    memory: (floats: number) => Float32Array,
  ): Promise<ImageBatch> {
    const [height, width, channels] = this.imageShape;
    const stride = height * width * channels;
    const images = memory(examples.length * stride);
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

function checkSeed(seed: number): void {
  checkOption('seed', seed, SEED.accepts(seed), SEED.expected);
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

/** An option that takes a data set. */
export const DATASET: OptionRule = {
  expected: 'a data set, as loadCifar10 gives',
  accepts: (value) => value instanceof ImageDataset,
};

/**
 * Checks an argument of a cell that takes a data set.
 *
 * @throws OptionError for a promise, a path or anything else, saying the way out
 */
export function checkDataset(cell: string, name: string, data: unknown): void {
  requireAwaited(cell, name, data);
  if (DATASET.accepts(data)) return;
  const wayOut =
    typeof data === 'string'
      ? 'open it with await loadImageFolder(folder) or await loadImageNetRecords(files)'
      : 'pass what loadCifar10 or another loader gives';
  throw new OptionError(
    `${cell}: expected a data set as ${name}, found ${shown(data)}; ${wayOut}.`,
    {
      option: name,
      value: data,
    },
  );
}
