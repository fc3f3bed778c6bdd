import type { ImageId } from 'selective-brain-damage-statistics';
import type { Random } from 'selective-brain-damage-statistics/internal';
import type { CorruptionName, CorruptionScale } from '../corruptions/names';
import type { RgbImage } from '../images/rgbImage';
import type { Normalization } from './normalization';

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
  /** Applied in this order; none by default. */
  readonly views?: readonly DatasetView[];
}

/** One view on a data set; views apply in the order in which they were asked for. */
export type DatasetView =
  | { readonly op: 'take'; readonly count: number }
  | { readonly op: 'shard'; readonly index: number; readonly of: number }
  | { readonly op: 'shuffle'; readonly seed: number }
  | { readonly op: 'augment'; readonly seed: number }
  | { readonly op: 'restrictTo'; readonly classes: readonly number[] }
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
  /** Opens the source again; absent where only memory holds the images. */
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
