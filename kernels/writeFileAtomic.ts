import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { NotebookError } from './errors';
import { removeLeftovers, temporaryFile } from './temporaryFile';

/**
 * Writes a file whole or not at all: beside its place and onto the disk, then renamed into it. What a killed
 * process left of an earlier one goes.
 *
 * @param path missing folders on its way are made
 * @throws NotebookError where the file system refuses, naming the file
 */
export function writeFileAtomic(path: string, text: string): void {
  const temporary = temporaryFile(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    removeLeftovers(path);
    writeSynced(temporary, text);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new NotebookError(
      `${path} cannot be written (${(cause as Error).message}). What was there before is unchanged: make room ` +
        'or choose another folder, then run it again.',
      { cause },
    );
  }
}

function writeSynced(path: string, text: string): void {
  const bytes = Buffer.from(text);
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
