import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes a file whole or not at all: beside its place, then renamed into it. */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(part, data);
  await rename(part, path);
}

/**
 * Removes what processes that were killed while in `writeWhole` left in a folder; only for a folder,
 * or for files, that no other process writes.
 *
 * @param name of the one file whose parts go; default: those of all files
 */
export async function removeParts(folder: string, name = ''): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  const parts = files.filter((file) => file.startsWith(name) && /\.[\da-f-]+\.part$/.test(file));
  await Promise.all(parts.map((part) => rm(join(folder, part), { force: true })));
}

/** A file's bytes, or undefined where there is no such file. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** JSON as it is checked in: two spaces, a newline at the end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
