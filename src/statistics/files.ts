import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { atMost } from './atMost';
import type { ErrorFields } from './errors';
import { namedSystemError } from './systemErrors';
import { removeLeftovers, temporaryPath } from './temporaries';

/**
 * Writes a file whole or not at all: beside its place, then renamed into it.
 *
 * @param path missing folders on its way are made
 * @throws StoreError where the file system refuses, naming the file and the way out
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await writeBeside(path, data, (temporary) => moveIntoPlace([{ temporary, path }]));
}

/**
 * Writes a temporary file beside a place and has it put there; whatever happens, none is left. What a killed
 * process left of an earlier one goes too.
 *
 * @param path missing folders on its way are made
 * @param put gets the temporary file, complete
 * @throws StoreError where the file system refuses, naming the place and the way out
 */
export async function writeBeside<T>(
  path: string,
  data: string | Uint8Array,
  put: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = temporaryPath(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    // First, as they may fill the disk.
    await removeLeftovers(path);
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(data);
    } finally {
      await handle.close();
    }
    return await put(temporary);
  } catch (error) {
    throw namedSystemError(error, path, 'written');
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** A finished file under its temporary name, and the place that it belongs in. */
export interface TemporaryFile {
  readonly temporary: string;
  readonly path: string;
}

/**
 * Renames finished files to their places. The contents reach the disk before the names do, so that a
 * power failure leaves no empty file under the name of a complete one.
 */
export async function moveIntoPlace(files: readonly TemporaryFile[]): Promise<void> {
  for (const { temporary } of files) await syncFile(temporary);
  for (const { temporary, path } of files) await rename(temporary, path);
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) await syncFolder(folder);
}

/** Waits until a file's contents are on the disk. */
export function syncFile(file: string): Promise<void> {
  return sync(file, 'r+');
}

/**
 * Waits until the names in a folder are on the disk. Windows opens no folders, and some file systems sync
 * none; the names then follow in their own time.
 */
export async function syncFolder(folder: string): Promise<void> {
  await sync(folder, 'r').catch(() => {});
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Node reads four files at a time, however many it has open. */
const reading = atMost(4);

/**
 * A file's bytes, or undefined where there is no such file.
 *
 * @throws StoreError where there is one that cannot be read
 */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return reading(() => readFile(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw namedSystemError(error, path, 'read');
  });
}

/**
 * The text of a file that a user names, without a byte order mark.
 *
 * @param what the file holds, as `the policy`
 * @param Failure the class of the error, whose message names file, content and cause
 */
export async function readText(
  file: string,
  what: string,
  Failure: new (message: string, fields: ErrorFields & ErrorOptions) => Error,
  fields: ErrorFields = {},
): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new Failure(`${file}: ${what} cannot be read (${cause.message}).`, {
      ...fields,
      cause,
      file,
    });
  });
  return text.replace(/^\ufeff/, '');
}

/** JSON as it is checked in: two spaces, a newline at the end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
