import { createHash, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { namedSystemError } from './systemErrors';

/** Names of files that are being written. */
export const TEMPORARY = /^\..+\.[\da-f]+(-[\da-f]+)*\.tmp$/;

/** The end of such a name: the writer's machine, its process, and what tells its files apart. */
const WRITER = /^([\da-f]{8})-([\da-f]+)-[\da-f-]+\.tmp$/;

/** Tells machines apart and, on Linux, containers: each counts its processes by itself. */
const MACHINE = createHash('sha256')
  .update(`${hostname()} ${processSpace()}`)
  .digest('hex')
  .slice(0, 8);

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/**
 * Where something is written before it is moved into its place: in the same folder, hidden, so that
 * neither a pattern nor a reader of the folder picks it up.
 */
export function temporaryPath(path: string): string {
  const writer = `${MACHINE}-${process.pid.toString(16)}-${randomUUID()}`;
  return join(dirname(path), `.${basename(path)}.${writer}.tmp`);
}

/** Removes what killed processes of this machine left of a file. What others are writing stays. */
export async function removeLeftovers(path: string): Promise<void> {
  const start = `.${basename(path)}.`;
  await removeNames(
    dirname(path),
    (name) => name.startsWith(start) && isLeftover(name.slice(start.length)),
  ).catch(() => {
    // They are in nobody's way, and a folder that cannot be written has an error of its own.
  });
}

/**
 * Removes the temporary files and folders that killed processes, of any machine, left; only for a folder, or for
 * files, that no other process is writing.
 *
 * @param name of the one file whose temporaries are removed; default: those of all files
 */
export async function removeTemporaries(folder: string, name?: string): Promise<void> {
  await removeNames(
    folder,
    (file) => TEMPORARY.test(file) && (name === undefined || file.startsWith(`.${name}.`)),
  ).catch((error) => {
    throw namedSystemError(error, folder, 'written');
  });
}

async function removeNames(folder: string, isRemoved: (name: string) => boolean): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter(isRemoved);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

function isLeftover(end: string): boolean {
  const [, machine, writer] = WRITER.exec(end) ?? [];
  return machine === MACHINE && !isRunning(Number.parseInt(writer!, 16));
}

function isRunning(writer: number): boolean {
  try {
    process.kill(writer, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
