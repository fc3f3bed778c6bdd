import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type ImageId, OptionError } from 'selective-brain-damage-statistics';
import {
  checkCount,
  checkOptions,
  count,
  FLAG,
  moveIntoPlace,
  namedSystemError,
  type OptionRules,
  removeLeftovers,
  requireAwaited,
  shown,
  temporaryPath,
} from 'selective-brain-damage-statistics/internal';
import sharp from 'sharp';
import type { Example } from '../datasets/types';
import type { RgbImage } from '../images/rgbImage';
import { checkPath } from '../optionRules';
import { mapConcurrent } from '../streams/mapConcurrent';
import { FIRST_LABEL } from './readLabelledImage';
import { encodeExample, type Feature } from './tfExample';
import { frameRecord } from './tfrecord';

/** One labelled image to write. */
export interface RecordInput {
  /** A JPEG or PNG file's bytes, written as they are, or pixels, written as PNG. */
  readonly image: Uint8Array | RgbImage;
  /** 0-based class. */
  readonly label: number;
  /** The class in words. */
  readonly text?: string;
  /** A string is written as the image's name, a number as its index. */
  readonly id?: ImageId;
  /** More features, by name. */
  readonly features?: Readonly<Record<string, Feature>>;
}

/** Options of {@link writeRecords}. */
export interface WriteRecordsOptions {
  /** Files to spread the images over, in turn. Default 1. */
  readonly shards?: number;
  /** Compress the files as a whole; worth it for PNG of few colours, not for JPEG. Default false. */
  readonly gzip?: boolean;
}

const rules: OptionRules<WriteRecordsOptions> = { shards: count(), gzip: FLAG };

const ENCODED_AHEAD = 16;

/**
 * Writes images as TFRecord files with ImageNet's feature names, which {@link loadImageNetRecords}
 * and TensorFlow read: `image/encoded`, `image/class/label` (1-based), `image/class/text`,
 * `image/filename` or `image_index`. All files appear at once when the last is complete; after a
 * failure there are none.
 *
 * @param examples streamed: a few are in memory at a time
 * @param path the file; with several shards `-00000-of-00008` is appended. Its folder is made.
 * @returns the files written
 * @throws OptionError for a label out of range, and for a wrong option or value
 * @throws StoreError where the disk is full, or the folder cannot be written
 */
export async function writeRecords(
  examples: AsyncIterable<RecordInput> | Iterable<RecordInput>,
  path: string,
  options: WriteRecordsOptions = {},
): Promise<string[]> {
  checkExamples(examples);
  checkPath('writeRecords', 'path', path);
  checkOptions('writeRecords', options, rules);
  const { shards: parts = 1, gzip = false } = options;
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw namedSystemError(error, path, 'written');
  });
  const paths = shardPaths(path, parts);
  await Promise.all(paths.map(removeLeftovers));
  const shards = paths.map((shard) => new ShardWriter(shard, gzip));
  try {
    let next = 0;
    for await (const record of mapConcurrent(examples, ENCODED_AHEAD, toRecord))
      await shards[next++ % parts]!.write(record);
    await Promise.all(shards.map((shard) => shard.close()));
    await moveIntoPlace(shards);
  } catch (error) {
    await Promise.all(shards.map((shard) => shard.discard()));
    throw namedSystemError(error, path, 'written');
  }
  return shards.map((shard) => shard.path);
}

/** An image for a record: its file as it is, else the picture. */
export async function storedImage(example: Example): Promise<RecordInput['image']> {
  if (example.encoded) return example.encoded;
  return example.file === undefined ? example.image() : readFile(example.file);
}

function checkExamples(examples: unknown): void {
  requireAwaited('writeRecords', 'examples', examples);
  const isStream =
    typeof examples === 'object' &&
    examples !== null &&
    (Symbol.iterator in examples || Symbol.asyncIterator in examples);
  if (isStream) return;
  throw new OptionError(
    `writeRecords: expected a list or stream of { image, label } as examples, found ${shown(examples)}.`,
    { option: 'examples', value: examples },
  );
}

function shardPaths(path: string, count: number): string[] {
  if (count === 1) return [path];
  return Array.from({ length: count }, (_, index) => shardPath(path, index, count));
}

/** The file of one shard of several: `val.tfrecord-00000-of-00008`. */
export function shardPath(path: string, index: number, count: number): string {
  const digits = (number: number) => String(number).padStart(5, '0');
  return `${path}-${digits(index)}-of-${digits(count)}`;
}

async function toRecord(input: RecordInput): Promise<Uint8Array> {
  const { image, label, text, id, features } = input;
  checkCount(id === undefined ? 'label' : `label of image ${id}`, label, 0);
  return encodeExample({
    'image/encoded': { bytes: [image instanceof Uint8Array ? image : await toPng(image)] },
    'image/class/label': { int64: [label + FIRST_LABEL] },
    ...(text !== undefined && { 'image/class/text': { bytes: [text] } }),
    ...(typeof id === 'string' && { 'image/filename': { bytes: [id] } }),
    ...(typeof id === 'number' && { image_index: { int64: [id] } }),
    ...features,
  });
}

function toPng({ width, height, data }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A file that is written beside its place, under a name that no folder or glob matches. */
class ShardWriter {
  readonly temporary: string;
  private readonly input: Transform;
  private readonly written: Promise<void>;

  constructor(
    readonly path: string,
    gzip: boolean,
  ) {
    this.temporary = temporaryPath(path);
    this.input = gzip ? createGzip() : new PassThrough();
    this.written = pipeline(this.input, createWriteStream(this.temporary));
    // A failure is thrown by the write or the close that meets it.
    this.written.catch(() => {});
  }

  async write(record: Uint8Array): Promise<void> {
    for (const part of frameRecord(record))
      if (!this.input.write(part)) await Promise.race([once(this.input, 'drain'), this.written]);
  }

  async close(): Promise<void> {
    this.input.end();
    await this.written;
  }

  async discard(): Promise<void> {
    this.input.destroy();
    await this.written.catch(() => {});
    await rm(this.temporary, { force: true });
  }
}
