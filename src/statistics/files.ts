import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ErrorFields } from './errors';

/**
 * Writes a file whole or not at all: beside its place, then renamed into it.
 *
 * @param path missing folders on its way are made
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryPath(path);
  try {
    await writeFile(temporary, data);
    await moveIntoPlace([{ temporary, path }]);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Where something is written before it is moved into its place: in the same folder, hidden, so that
 * neither a pattern nor a reader of the folder picks it up.
 */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
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
  for (const { temporary } of files) await sync(temporary, 'r+');
  for (const { temporary, path } of files) await rename(temporary, path);
  const folders = new Set(files.map(({ path }) => dirname(path)));
  // Windows opens no folders, and some file systems sync none; the names then follow in their own time.
  for (const folder of folders) await sync(folder, 'r').catch(() => {});
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names of files that are being written. */
export const TEMPORARY = /^\..+\.[\da-f]+(-[\da-f]+)*\.tmp$/;

/**
 * Removes the temporary files and folders that killed processes left; only for a folder, or for
 * files, that no other process is writing.
 *
 * @param name of the one file whose temporaries are removed; default: those of all files
 */
export async function removeTemporaries(folder: string, name?: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  const left = files.filter(
    (file) => TEMPORARY.test(file) && (name === undefined || file.startsWith(`.${name}.`)),
  );
  await Promise.all(left.map((file) => rm(join(folder, file), { recursive: true, force: true })));
}

/** A file's bytes, or undefined where there is no such file. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
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
