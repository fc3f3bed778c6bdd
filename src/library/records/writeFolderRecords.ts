import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { RecordError } from 'selective-brain-damage-statistics';
import {
  checkFileName,
  checkOptions,
  count,
  FUNCTION,
  interruptible,
  type OptionRules,
  readIfThere,
  SIGNAL,
  sha256,
  TEXT,
  toJson,
  writeFileAtomic,
} from 'selective-brain-damage-statistics/internal';
import { checkDataset, type ImageDataset } from '../datasets/imageDataset';
import { specOf } from '../datasets/openDataset';
import type { DatasetSpec } from '../datasets/types';
import { checkPath } from '../optionRules';
import { ImageMeter, type ImageProgress } from '../workers/imageMeter';
import { runInWorkers } from '../workers/runInWorkers';
import { stoppedMessage } from '../workers/stoppedMessage';
import { shardPath } from './writeRecords';

/** Options of {@link writeFolderRecords}. */
export interface WriteFolderRecordsOptions {
  /** Number of files. Default: one for about 1,250 images, as ImageNet's have. */
  readonly shards?: number;
  /** Name of the files before their number. Default: the data set's. */
  readonly name?: string;
  /** Processes. Default: one per core. */
  readonly processes?: number;
  /** Called as the work progresses. Default: a line on the terminal. */
  readonly onProgress?: (progress: ImageProgress) => void;
  /** Stops the work and keeps the files that are done. */
  readonly signal?: AbortSignal | undefined;
}

const rules: OptionRules<WriteFolderRecordsOptions> = {
  shards: count(),
  name: TEXT,
  processes: count(),
  onProgress: FUNCTION,
  signal: SIGNAL,
};

/** A file of records for a process to write; JSON. */
export interface RecordsSpec {
  /** Its images. */
  readonly data: DatasetSpec;
  readonly file: string;
}

const IMAGES_PER_SHARD = 1250;

/**
 * Writes the images of a folder, as `loadImageFolder` opens it, into TFRecord files, in processes: the files'
 * own bytes, their class from 1 and in words, and their name. File k of n holds every n-th image from image k
 * on, so that each has images of all classes. The same images give the same bytes. `<name>.json` beside the files
 * says whose images they are; a rerun with the same ones goes on with the files that are missing.
 *
 * @param folder is made where it is missing
 * @returns the files
 * @throws OptionError for a wrong option or value, and for images that only memory holds
 * @throws RecordError where an image cannot be read, the folder holds files of this name of other images, or the
 *   work was stopped
 */
export async function writeFolderRecords(
  data: ImageDataset,
  folder: string,
  options: WriteFolderRecordsOptions = {},
): Promise<string[]> {
  const cell = 'writeFolderRecords';
  checkDataset(cell, 'data', data);
  checkPath(cell, 'folder', folder);
  checkOptions(cell, options, rules);
  if (options.name !== undefined) checkFileName('name', options.name);
  const { size = Number.NaN } = data;
  const { shards = Math.max(1, Math.ceil(size / IMAGES_PER_SHARD)) || 1, name } = options;
  const base = join(resolve(folder), name ?? basename(data.name));
  const path = `${base}.tfrecord`;
  const specs = Array.from({ length: shards }, (_, index): RecordsSpec => {
    return { data: specOf(data.shard(index, shards)), file: shardPath(path, index, shards) };
  });
  await claim(`${base}.json`, sourceOf(data, shards), specs);
  const waiting = specs.filter(({ file }) => !existsSync(file));
  const meter = new ImageMeter('written', data.size, options.onProgress);
  meter.expect((size * waiting.length) / shards);
  return interruptible(options.signal, async (signal) => {
    const failures = await runInWorkers<RecordsSpec, number>(waiting, {
      worker: join(__dirname, 'recordsWorker.js'),
      processes: options.processes ?? availableParallelism(),
      signal,
      onReport: (_, images) => meter.count(images),
    });
    if (signal.aborted)
      throw new RecordError(stoppedMessage('Writing records', folder), { cause: signal.reason });
    if (failures.length > 0)
      throw new RecordError(
        `${failures.length} of ${shards} files could not be written; the others are in ${folder}: ` +
          failures[0]!.reason,
        { file: folder },
      );
    return specs.map(({ file }) => file);
  }).finally(() => meter.close());
}

/** What the files are made of. */
interface Source {
  readonly images?: number;
  readonly shards: number;
  /** sha256 of the data set's hash, its views and its classes. */
  readonly hash: string;
}

function sourceOf(data: ImageDataset, shards: number): Source {
  const { hash, size, classNames } = data;
  const parts = JSON.stringify([hash, specOf(data).views, classNames]);
  return {
    ...(size !== undefined && { images: size }),
    shards,
    hash: sha256(parts),
  };
}

/** Writes down whose images the files are. @throws RecordError where those that are there are of others */
async function claim(file: string, source: Source, specs: readonly RecordsSpec[]): Promise<void> {
  const before = await readIfThere(file);
  if (before?.toString() === toJson(source)) return;
  const there = specs.find((spec) => existsSync(spec.file));
  if (before !== undefined || there)
    throw new RecordError(
      `${before === undefined ? there!.file : file}: there are records of this name, of other images or in ` +
        'another number of files. Choose another name or folder, or delete them and this JSON file.',
      { file },
    );
  await writeFileAtomic(file, toJson(source));
}
