import type { ImageId } from 'selective-brain-damage-statistics';
import type { Random } from 'selective-brain-damage-statistics/internal';
import type { CorruptionName, CorruptionScale } from '../corruptions/names';
import type { RgbImage } from '../images/rgbImage';
import type { Normalization } from './normalization';

/** Random draws of an image's training preprocessing. */
export interface Augmentation {
  /** Uniform in [0, 1). */
  (): number;
  /** Whether the image is mirrored. Default: one draw decides, at even chances. */
  readonly flip?: boolean;
  /** Pixels by which an image is shifted at most, where images are cropped by shifting them. */
  readonly crop?: number;
}

/** One labelled image, decoded only when its pixels are asked for. */
export interface Example {
  /** Names the image within its data set. */
  readonly id: ImageId;
  /** 0-based class. */
  readonly label: number;
  /** The image's JPEG or PNG file, where it has one. */
  readonly encoded?: Uint8Array;
  /** The path of that file, where it is one of its own and not held in memory. */
  readonly file?: string;
  /** The picture as stored (decoded, not cropped or normalised). */
  image(): RgbImage | Promise<RgbImage>;
  /**
   * The model's input, float32 `[height, width, channels]`, normalised by the data set's mean and
   * standard deviation. With `augment`, training preprocessing drawn from it, else evaluation's.
   * May be written into `into` and be that array: a batch then needs no copy.
   */
  pixels(augment?: Augmentation, into?: Float32Array): Float32Array | Promise<Float32Array>;
}

/** Images for one step of a model. */
export interface ImageBatch {
  /** `[n, height, width, channels]`, normalised. */
  readonly images: Float32Array;
  /** `[n, height, width, channels]`. */
  readonly shape: [number, number, number, number];
  /** 0-based classes, length n. */
  readonly labels: Int32Array;
  /** The images' ids, length n. */
  readonly ids: ImageId[];
}

/** A description from which this process or another opens a data set again; JSON. */
export interface DatasetSpec {
  /** The loader's name: `cifar10`, `imagenet-records`. */
  readonly loader: string;
  /** The options that the loader was called with. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Applied in this order; none by default. */
  readonly views?: readonly DatasetView[];
}

/** One view on a data set; views apply in the order of their calls. */
export type DatasetView =
  | TakeView
  | ShardView
  | ShuffleView
  | AugmentView
  | RestrictToView
  | CorruptView;

/** The first images. */
export interface TakeView {
  /** Chooses this view. */
  readonly op: 'take';
  /** Number of images. */
  readonly count: number;
}

/** Every `of`-th image, from image `index` on. */
export interface ShardView {
  /** Chooses this view. */
  readonly op: 'shard';
  /** The shard's number, from 0. */
  readonly index: number;
  /** Number of shards. */
  readonly of: number;
}

/** The images in another order. */
export interface ShuffleView {
  /** Chooses this view. */
  readonly op: 'shuffle';
  /** Decides the order. */
  readonly seed: number;
}

/** The images cropped and flipped at random. */
export interface AugmentView {
  /** Chooses this view. */
  readonly op: 'augment';
  /** Decides the crops and flips. */
  readonly seed: number;
  /** `none` mirrors no image. Default: half of them, at random. */
  readonly flip?: 'none' | AlternatingFlip;
  /** Pixels by which CIFAR's images are shifted at most. Default 4. */
  readonly crop?: number;
}

/**
 * Mirrors an image in every other epoch; a draw by its id decides in which (Jordan 2024, section 3.6).
 * After two epochs both versions of each image have been seen once.
 */
export interface AlternatingFlip {
  /** Decides which images the first epoch mirrors. */
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
}

/** Predictions restricted to some classes. */
export interface RestrictToView {
  /** Chooses this view. */
  readonly op: 'restrictTo';
  /** 0-based, ascending. */
  readonly classes: readonly number[];
}

/** Every image corrupted, each from a seed of its own. */
export interface CorruptView {
  /** Chooses this view. */
  readonly op: 'corrupt';
  /** The corruption. */
  readonly name: CorruptionName;
  /** 1 (mild) to 5. */
  readonly severity: number;
  /** With an image's id, decides what is random in its corruption. */
  readonly seed: number;
  /** Which of the published sets of parameters. */
  readonly scale: CorruptionScale;
  /** Folder of frost textures. */
  readonly frost?: string;
}

/** A source of images, which a loader implements. */
export interface ImageSource {
  /** For people: `CIFAR-10 test`. */
  readonly name: string;
  /** Index = class. */
  readonly classNames: readonly string[];
  /** `[height, width, channels]` of a model's input. */
  readonly imageShape: readonly [number, number, number];
  /** Identifies the content; part of what decides a training run. */
  readonly hash: string;
  /** How `pixels` are made of 8-bit RGB; without it, images cannot be corrupted. */
  readonly normalization?: Normalization;
  /** Number of images, where it is known without reading them. */
  readonly size?: number;
  /** Opens the source again; absent where only memory holds the images. */
  readonly spec?: DatasetSpec;
  /** Examples held at once to shuffle a view. Default 4,096. */
  readonly shuffleBuffer?: number;
  /** One error for each bad image left out so far, where the loader was told to go on. */
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
  /** Gives the memory of a batch, of so many floats, all of which are written. Default: new memory. */
  readonly memory?: (floats: number) => Float32Array;
}
