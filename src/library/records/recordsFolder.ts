import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const VERSION = /^\d+\.\d+\.\d+$/;

/**
 * The folder of the TFRecords of a data set: the folder itself, or as TFDS writes them, in the subfolder of
 * the highest version (`3.1.0`), or below the only subfolder that has them, as the data set's name or a
 * configuration; undefined where there are none.
 */
export async function recordsFolder(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  if (names.some((name) => /tfrecord|-\d{5,}-of-\d{5,}/i.test(name))) return folder;
  const byVersion = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });
  const latest = names
    .filter((name) => VERSION.test(name))
    .sort(byVersion)
    .at(-1);
  if (latest !== undefined) return recordsFolder(join(folder, latest));
  const [only, another] = names.filter((name) => !name.startsWith('.'));
  return only === undefined || another !== undefined
    ? undefined
    : recordsFolder(join(folder, only));
}
