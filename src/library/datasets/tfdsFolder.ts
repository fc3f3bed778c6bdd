import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const VERSION = /^\d+\.\d+\.\d+$/;

/**
 * The folder of the TFRecords of a data set that TFDS wrote: the folder itself, or in the subfolder of
 * its highest version (`3.1.0`); undefined where there are none.
 */
export async function recordsFolder(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  if (names.some((name) => /tfrecord/i.test(name))) return folder;
  const byVersion = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });
  const latest = names
    .filter((name) => VERSION.test(name))
    .sort(byVersion)
    .at(-1);
  return latest === undefined ? undefined : recordsFolder(join(folder, latest));
}
