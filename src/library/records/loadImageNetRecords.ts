import { resolve } from 'node:path';
import { OptionError, RecordError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  choice,
  count,
  either,
  listOf,
  type OptionRules,
  requireAwaited,
  shown,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { ImageDataset } from '../datasets/imageDataset';
import { type PictureOptions, pictureRules, pictureSettings } from '../datasets/pictureOptions';
import type { DatasetSpec } from '../datasets/types';
import { findShards, type Shard } from './findShards';
import { type RecordLimits, recordLimits } from './recordLimits';
import { RecordSource, type RecordSourceSettings, readExamples } from './recordSource';

/** Options of {@link loadImageNetRecords}. */
export interface ImageNetRecordsOptions extends PictureOptions {
  /** The most that the files may ask for. */
  readonly limits?: RecordLimits;
  /** Default the number of `classNames`, else 1,000. A label beyond it is an error. */
  readonly numClasses?: number;
  /**
   * One name per class, or `'text'`: those in the records' text features, for which records are
   * read when the data set is opened until each class has been seen. Default `class 0` and so on.
   */
  readonly classNames?: readonly string[] | 'text';
  /**
   * The number of the first class in the records. Default: 0 for `label` (TFDS), 1 for
   * `image/class/label` in ImageNet's and our own records, 0 in those of TF-Slim's converters and of the
   * paper's code; the records' other features tell. Where they do not, it is an error.
   */
  readonly labelBase?: 0 | 1;
  /** Number of images in the files, where it is known; checked whenever all have been read. */
  readonly numImages?: number;
  /** Encoded images held to shuffle, about 110 kB each in ImageNet. Default 1,024. */
  readonly shuffleBuffer?: number;
  /**
   * `'throw'` (default) ends at the first bad record. `'skip'` leaves bad records out, lists them
   * in {@link ImageDataset.skipped} and warns once per pass; it checks that each image decodes as
   * a whole before handing it out, which costs about a third of the speed.
   */
  readonly onBadRecord?: 'throw' | 'skip';
}

const rules: OptionRules<ImageNetRecordsOptions> = {
  ...pictureRules,
  limits: recordLimits,
  numClasses: count(),
  classNames: either(listOf(TEXT), choice(['text'])),
  labelBase: choice([0, 1]),
  numImages: count(),
  shuffleBuffer: count(),
  onBadRecord: choice(['throw', 'skip']),
};

/**
 * Opens TFRecord shards of `tf.Example`s that hold an encoded image and its class. Nothing but
 * names and sizes is read before images are asked for, and memory does not grow with their number.
 *
 * - Shards may be gzip (told by content). Both masked CRC-32Cs of each record are checked.
 * - Features, the first of each that is there. Image: `image/encoded`, `image` (JPEG or PNG, any
 *   colour space). Label: `image/class/label` (1-based), `label` (0-based); handed out 0-based.
 *   Name: `image/filename`, `file_name`, `key_`, `key`, else the int64 `image_index`.
 *   Words: `image/class/text`, `text`.
 * - An image's id is its name, else its index, else `<shard>#<record>` (the record's 0-based place
 *   in its file), which stays the same when data is shuffled, sharded or partly bad.
 * - Preprocessing is the paper's. Evaluation: bicubic resize of the shorter side to 256, central
 *   224 crop. Training: random crop (8–100% of the area, aspect 3/4–4/3), bicubic to 224, random
 *   flip. Then less the mean, divided by the standard deviation.
 * - `shuffle(seed)` as the first view reads the shards in random order through a buffer.
 * - `hash` is the sha256 of the shards' names (from their common folder) and sizes.
 *
 * Decoding runs on libuv's threads: with more than four cores start Node with
 * `UV_THREADPOOL_SIZE` set to their number.
 *
 * @param files glob, folder, file, or list of these, each sorted by path; of a folder, the files whose
 *   name holds `tfrecord` or a number such as `-00000-of-01024`
 * @throws RecordError where nothing matches; while reading, for a truncated record, a wrong CRC, a
 * file that is not TFRecord, a missing feature, a label out of range, an image that is neither JPEG nor PNG,
 * cannot be decoded or exceeds a limit, each with file, record and byte
 * @throws OptionError for a wrong option or value
 */
export async function loadImageNetRecords(
  files: string | readonly string[],
  options: ImageNetRecordsOptions = {},
): Promise<ImageDataset> {
  checkFiles(files);
  checkOptions('loadImageNetRecords', options, rules);
  const settings = withDefaults(options);
  const entries = typeof files === 'string' ? [files] : files;
  const shards = await findShards(entries);
  const spec: DatasetSpec = {
    loader: 'imagenet-records',
    options: { ...options, files: entries.map((entry) => resolve(entry)) },
  };
  const classNames = await nameClasses(shards, settings);
  return new ImageDataset(new RecordSource(shards, settings, classNames, spec));
}

function checkFiles(files: unknown): void {
  requireAwaited('loadImageNetRecords', 'files', files);
  if (TEXT.accepts(files) || listOf(TEXT, 0).accepts(files)) return;
  throw new OptionError(
    `loadImageNetRecords: expected a glob, folder or file as files, or a list of these, found ${shown(files)}.`,
    { option: 'files', value: files },
  );
}

interface Settings extends RecordSourceSettings {
  readonly classNames?: readonly string[] | 'text';
}

function withDefaults(options: ImageNetRecordsOptions): Settings {
  const { classNames } = options;
  const named = Array.isArray(classNames) ? classNames.length : undefined;
  const settings: Settings = {
    ...options,
    ...pictureSettings(options),
    formats: ['jpeg', 'png'],
    numClasses: options.numClasses ?? named ?? 1000,
    shuffleBuffer: options.shuffleBuffer ?? 1024,
    onBadRecord: options.onBadRecord ?? 'throw',
    ...(options.limits?.unpackedBytes && { unpackedBytes: options.limits.unpackedBytes }),
  };
  if (named !== undefined && named !== settings.numClasses)
    throw new OptionError(
      `classNames has ${named} names and numClasses is ${settings.numClasses}; expected one name per class.`,
      { option: 'classNames', value: classNames },
    );
  return settings;
}

async function nameClasses(
  shards: readonly Shard[],
  settings: Settings,
): Promise<readonly string[]> {
  const names = Array.from({ length: settings.numClasses }, (_, index) => `class ${index}`);
  if (settings.classNames !== 'text') return settings.classNames ?? names;
  const unseen = new Set(names.keys());
  const onBad = (error: RecordError) => {
    // A record that is skipped is met again, and listed, when images are read.
    if (settings.onBadRecord === 'throw') throw error;
  };
  for await (const { label, text } of readExamples(shards, settings, onBad)) {
    if (text === undefined || !unseen.delete(label)) continue;
    names[label] = text;
    if (unseen.size === 0) break;
  }
  if (unseen.size === settings.numClasses)
    throw new RecordError(
      `${shards[0]!.path}: no record tells its class in words (image/class/text or text), which classNames: 'text' needs; give the names as a list.`,
      { option: 'classNames', value: 'text', file: shards[0]!.path },
    );
  return names;
}
