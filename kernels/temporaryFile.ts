import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

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

/** Where this process writes a file before it is moved into its place: hidden, in the same folder. */
export function temporaryFile(path: string): string {
  return join(dirname(path), `.${basename(path)}.${MACHINE}-${process.pid.toString(16)}.tmp`);
}

/** Removes what killed processes of this machine left of a file. What others are writing stays. */
export function removeLeftovers(path: string): void {
  const folder = dirname(path);
  const start = `.${basename(path)}.${MACHINE}-`;
  const isLeftover = (name: string) => {
    const [, writer] = /^([\da-f]+)\.tmp$/.exec(name.slice(start.length)) ?? [];
    return (
      name.startsWith(start) && writer !== undefined && !isRunning(Number.parseInt(writer, 16))
    );
  };
  try {
    for (const name of readdirSync(folder).filter(isLeftover))
      rmSync(join(folder, name), { force: true });
  } catch {
    // They are in nobody's way, and a folder that cannot be written has an error of its own.
  }
}

function isRunning(writer: number): boolean {
  try {
    process.kill(writer, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
