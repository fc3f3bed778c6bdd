import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { RecordError } from 'selective-brain-damage-statistics';
import { glob, isDynamicPattern } from 'tinyglobby';
import { recordsFolder } from './recordsFolder';

/** One TFRecord file of a data set. */
export interface Shard {
  readonly path: string;
  /** The path from the deepest folder that holds all shards: the same wherever that folder lies. */
  readonly name: string;
  readonly bytes: number;
}

/** Positions of records, which NVIDIA DALI's tfrecord2idx writes. */
const INDEX = /\.idx$/i;

const SHARD_NUMBER = /-\d{5,}-of-\d{5,}/;

/**
 * The shards that globs, folders and files stand for: in the order of the list, those of one entry sorted
 * by path, each file once. Of a folder, the files are taken whose name holds `tfrecord` or a shard number
 * (`-00000-of-01024`), in the subfolder of the highest version where TFDS wrote them. DALI's index files
 * beside shards are passed over.
 *
 * @throws RecordError where an entry stands for no file, or a folder holds several sets of shards
 */
export async function findShards(files: string | readonly string[]): Promise<Shard[]> {
  const entries = typeof files === 'string' ? [files] : files;
  if (entries.length === 0)
    throw new RecordError('The list of TFRecord files is empty; expected at least one.', {
      option: 'files',
      value: files,
    });
  const found = (await Promise.all(entries.map(expand))).flat();
  const paths = [...new Set(found)].filter((path) => !INDEX.test(path));
  if (paths.length === 0)
    throw new RecordError(`${entries.join(', ')}: index files (.idx) alone; expected TFRecords.`, {
      file: entries[0]!,
    });
  const folder = commonFolder(paths);
  return Promise.all(
    paths.map(async (path) => ({
      path,
      name: relative(folder, path).split(sep).join('/'),
      bytes: (await stat(path)).size,
    })),
  );
}

/** sha256 over the names and sizes of shards, in their order. */
export function hashOf(shards: readonly Shard[]): string {
  const parts = shards.map(({ name, bytes }) => [name, bytes]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function expand(entry: string): Promise<string[]> {
  const found = await stat(entry).catch(() => undefined);
  if (found?.isDirectory()) return shardsIn((await recordsFolder(entry)) ?? entry);
  if (found) return [resolve(entry)];
  if (!isDynamicPattern(entry))
    throw new RecordError(`${entry}: there is no such file or folder in ${process.cwd()}.`, {
      file: entry,
    });
  const matches = await glob(entry.replaceAll(sep, '/'), {
    absolute: true,
    expandDirectories: false,
  });
  if (matches.length === 0)
    throw new RecordError(`${entry}: no file matches this pattern in ${process.cwd()}.`, {
      file: entry,
    });
  return matches.map((match) => resolve(match)).sort();
}

async function shardsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((item) => !item.isDirectory() && !item.name.startsWith('.'))
    .map((item) => item.name)
    .filter((name) => (/tfrecord/i.test(name) || SHARD_NUMBER.test(name)) && !INDEX.test(name))
    .sort();
  if (names.length === 0)
    throw new RecordError(
      `${folder}: the folder holds no TFRecord files (names with "tfrecord" or a number such as "-00000-of-01024"); name the files by a pattern such as ${join(folder, '*')}.`,
      { file: folder },
    );
  // A number makes a name one of a set; names without one are files of one set together.
  const sets = new Set(names.map((name) => name.replace(SHARD_NUMBER, '-*-of-*')));
  if (sets.size > 1 && names.some((name) => SHARD_NUMBER.test(name)))
    throw new RecordError(
      `${folder}: the folder holds several sets of records; name one of ${[...sets].map((set) => join(folder, set)).join(', ')}.`,
      { file: folder },
    );
  return names.map((name) => resolve(folder, name));
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0]!);
  while (!paths.every((path) => path.startsWith(join(folder, sep)))) folder = dirname(folder);
  return folder;
}
