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
  for (const name of readdirSync(folder)) {
    const [, writer] = name.startsWith(start)
      ? (/^([\da-f]+)\.tmp$/.exec(name.slice(start.length)) ?? [])
      : [];
    if (writer === undefined || isRunning(Number.parseInt(writer, 16))) continue;
    rmSync(join(folder, name), { force: true });
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
