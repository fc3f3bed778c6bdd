import type { ImageId } from 'selective-brain-damage-statistics';
import { RecordError } from 'selective-brain-damage-statistics';
import { type Random, shuffleInPlace } from 'selective-brain-damage-statistics/internal';
import { checkDecodes, decodeImage } from '../datasets/decodePicture';
import type { Normalization } from '../datasets/normalization';
import type { PictureSettings } from '../datasets/pictureOptions';
import { inputOf } from '../datasets/preprocess';
import type { Augmentation, DatasetSpec, Example, ImageSource } from '../datasets/types';
import { shuffle } from '../datasets/views/shuffle';
import type { RgbImage } from '../images/rgbImage';
import { mapConcurrent } from '../streams/mapConcurrent';
import { hashOf, type Shard } from './findShards';
import { type LabelledImage, readLabelledImage } from './readLabelledImage';
import { type BadRecordHandler, placeOf, type RawRecord, readRecords } from './tfrecord';

/** The options of a loader of records, complete. */
export interface RecordSourceSettings extends PictureSettings {
  readonly numClasses: number;
  readonly labelBase?: number;
  readonly numImages?: number;
  readonly shuffleBuffer: number;
  readonly onBadRecord: 'throw' | 'skip';
  readonly unpackedBytes?: number;
}

/** Images whose decoding is checked at once where bad records are skipped. */
const CHECKED_AHEAD = 32;

/** Labelled images streamed from TFRecord shards. */
export class RecordSource implements ImageSource {
  readonly name: string;
  readonly imageShape: readonly [number, number, number];
  readonly hash: string;
  readonly normalization: Normalization;
  readonly size?: number;
  readonly shuffleBuffer: number;
  /** By message, since every pass meets the same ones. */
  private readonly bad = new Map<string, RecordError>();

  constructor(
    private readonly shards: readonly Shard[],
    private readonly settings: RecordSourceSettings,
    readonly classNames: readonly string[],
    readonly spec: DatasetSpec,
  ) {
    const first = shards[0]!.name;
    this.name = shards.length === 1 ? first : `${first} and ${shards.length - 1} more`;
    this.imageShape = [settings.size, settings.size, 3];
    this.hash = hashOf(shards);
    this.normalization = settings.normalization;
    this.shuffleBuffer = settings.shuffleBuffer;
    if (settings.numImages !== undefined) this.size = settings.numImages;
  }

  get skipped(): readonly RecordError[] {
    return [...this.bad.values()];
  }

  async *examples(random?: Random): AsyncGenerator<Example> {
    if (!random) {
      yield* this.read(this.shards);
      return;
    }
    const shards = shuffleInPlace([...this.shards], random);
    yield* shuffle(this.read(shards), random, this.shuffleBuffer);
  }

  private async *read(shards: readonly Shard[]): AsyncGenerator<Example> {
    const knownBad = this.bad.size;
    let count = 0;
    try {
      for await (const example of this.good(shards)) {
        count++;
        yield example;
      }
      this.checkCount(count);
    } finally {
      this.warn(this.bad.size - knownBad);
    }
  }

  private async *good(shards: readonly Shard[]): AsyncGenerator<Example> {
    const examples = readExamples(shards, this.settings, this.onBad);
    if (this.settings.onBadRecord === 'throw') {
      yield* examples;
      return;
    }
    const checked = mapConcurrent(examples, CHECKED_AHEAD, async (example) => ({
      example,
      error: await example.check(),
    }));
    for await (const { example, error } of checked) {
      if (error) this.onBad(error);
      else yield example;
    }
  }

  private readonly onBad: BadRecordHandler = (error) => {
    if (this.settings.onBadRecord === 'throw') throw error;
    this.bad.set(error.message, error);
  };

  private checkCount(count: number): void {
    const { skipped, size } = this;
    if (count === 0)
      throw new RecordError(
        skipped[0]
          ? `${this.name}: all records are bad, the first: ${skipped[0].message}`
          : `${this.name}: the files hold no records, expected at least one.`,
        { file: this.shards[0]!.path },
      );
    if (size !== undefined && (count > size || (count < size && skipped.length === 0)))
      throw new RecordError(
        `${this.name}: the files hold ${count} images, expected ${size} as the option size says.`,
        { option: 'size', value: size },
      );
  }

  private warn(newlyBad: number): void {
    if (newlyBad === 0) return;
    const first = this.skipped.at(-newlyBad)!;
    process.emitWarning(
      `${this.name}: ${newlyBad} bad record${newlyBad === 1 ? '' : 's'} skipped, the first: ${first.message}`,
      'RecordWarning',
    );
  }
}

/** The examples of shards in their order, not decoded yet. */
export async function* readExamples(
  shards: readonly Shard[],
  settings: RecordSourceSettings,
  onBad: BadRecordHandler,
): AsyncGenerator<RecordExample> {
  for (const shard of shards)
    for await (const record of readRecords(shard.path, onBad, settings.unpackedBytes)) {
      const example = toExample(shard, record, settings);
      if (example instanceof RecordError) onBad(example);
      else yield example;
    }
}

function toExample(
  shard: Shard,
  record: RawRecord,
  settings: RecordSourceSettings,
): RecordExample | RecordError {
  const place: RecordPlace = {
    words: placeOf(shard.path, record.index, record.offset),
    fields: { file: shard.path, row: record.index + 1, offset: record.offset },
  };
  try {
    const image = readLabelledImage(record.data, settings.numClasses, settings.labelBase);
    return new RecordExample(image, `${shard.name}#${record.index}`, place, settings);
  } catch (cause) {
    return new RecordError(`${place.words}: ${(cause as Error).message}`, {
      cause,
      ...place.fields,
    });
  }
}

/** The place of a record, as errors name it. */
interface RecordPlace {
  readonly words: string;
  readonly fields: { readonly file: string; readonly row: number; readonly offset: number };
}

/** An image as its record holds it: encoded. */
class RecordExample implements Example {
  readonly id: ImageId;
  readonly label: number;
  readonly text: string | undefined;
  readonly encoded: Uint8Array;

  constructor(
    image: LabelledImage,
    fallbackId: string,
    private readonly place: RecordPlace,
    private readonly settings: RecordSourceSettings,
  ) {
    this.id = image.id ?? fallbackId;
    this.label = image.label;
    this.text = image.text;
    this.encoded = image.encoded;
  }

  image(): Promise<RgbImage> {
    return decodeImage(this.encoded, this.settings).catch(this.undecodable);
  }

  pixels(augment?: Augmentation, into?: Float32Array): Promise<Float32Array> {
    return inputOf(this.encoded, this.settings, augment, into).catch(this.undecodable);
  }

  /** The error of an image that does not decode; undefined for one that does. */
  check(): Promise<RecordError | undefined> {
    return checkDecodes(this.encoded, this.settings)
      .catch(this.undecodable)
      .catch((error: RecordError) => error) as Promise<RecordError | undefined>;
  }

  private readonly undecodable = (cause: Error): never => {
    throw new RecordError(
      `${this.place.words}: the image cannot be decoded (${cause.message}); expected JPEG or PNG.`,
      { cause, ...this.place.fields },
    );
  };
}
