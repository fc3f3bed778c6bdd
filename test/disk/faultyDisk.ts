/**
 * Loaded before a program (`node --require`), makes its disk slow and faulty: what the program writes reaches
 * the files in small pieces, and at a step that FAULTY_DISK names the process is killed, or the disk refuses. A
 * step is a piece, a sync, a rename, a link or a removal.
 */
import { appendFileSync } from 'node:fs';

import fs = require('node:fs');
import fsp = require('node:fs/promises');

/** How a program's disk fails; JSON in the environment variable FAULTY_DISK. */
export interface Fault {
  /** The step at which it fails, from 1; absent: none. */
  readonly at?: number;
  /** `kill`, or a code such as `ENOSPC`, with which this step and all later pieces fail. Default `kill`. */
  readonly how?: string;
  /** Only paths that hold this text are slow and fail. */
  readonly within: string;
  /** Bytes of a piece. Default 4096. */
  readonly piece?: number;
  /** A file that gets a line per step: the call, as `write`. */
  readonly log?: string;
}

const {
  at,
  how = 'kill',
  within,
  piece = 4096,
  log,
} = JSON.parse(process.env.FAULTY_DISK!) as Fault;
let steps = 0;

/** @param adds whether the step needs room on the disk */
function step(path: unknown, call: string, adds: boolean): void {
  if (!String(path).includes(within)) return;
  steps++;
  if (log !== undefined) appendFileSync(log, `${call}\n`);
  if (at === undefined || steps < at) return;
  if (how === 'kill') {
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment, in which nothing more may be written.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  if (!adds) return;
  throw Object.assign(new Error(`${how}: ${call}`), { code: how, syscall: call, errno: -1 });
}

function replaceMethod<T extends object, K extends keyof T>(
  owner: T,
  name: K,
  make: (original: T[K]) => unknown,
): void {
  owner[name] = make((owner[name] as (...args: unknown[]) => unknown).bind(owner) as T[K]) as T[K];
}

replaceMethod(fsp, 'open', (open) => async (path: string, ...rest: [string?, number?]) => {
  const handle = await open(path, ...rest);
  for (const name of ['writeFile', 'appendFile'] as const)
    replaceMethod(handle, name, () => async (data: string | Uint8Array) => {
      const bytes = Buffer.from(data as Uint8Array);
      for (let from = 0; from < bytes.length; from += piece) {
        step(path, 'write', true);
        await handle.write(bytes.subarray(from, from + piece));
      }
    });
  replaceMethod(handle, 'sync', (sync) => async () => {
    step(path, 'fsync', false);
    await sync();
  });
  return handle;
});

for (const name of ['rename', 'link'] as const)
  replaceMethod(fsp, name, (original) => async (from: string, to: string) => {
    step(to, name, name === 'link');
    await original(from, to);
    step(to, name, false);
  });

replaceMethod(fsp, 'mkdir', (mkdir) => async (path: string, options?: fs.MakeDirectoryOptions) => {
  step(path, 'mkdir', true);
  return mkdir(path, options);
});

replaceMethod(fsp, 'rm', (rm) => async (path: string, options?: fs.RmOptions) => {
  step(path, 'rm', false);
  await rm(path, options);
});

// Streams, whose writes name a file's number.
const paths = new Map<number, string>();
replaceMethod(fs, 'open', (open) => (path: string, ...rest: unknown[]) => {
  const done = rest.pop() as (error: unknown, file: number) => void;
  (open as unknown as (...all: unknown[]) => void)(
    path,
    ...rest,
    (error: unknown, file: number) => {
      paths.set(file, String(path));
      done(error, file);
    },
  );
});
const write = fs.write as unknown as (...all: unknown[]) => void;
type Written = (error: unknown, bytes?: number, data?: unknown) => void;

/** Writes bytes after those that the stream wrote before. */
function writePieces(file: number, bytes: Uint8Array, done: Written): void {
  const path = paths.get(file);
  const isSlow = path?.includes(within);
  const length = isSlow ? Math.min(piece, bytes.length) : bytes.length;
  try {
    if (isSlow) step(path, 'write', true);
  } catch (error) {
    setImmediate(done, error);
    return;
  }
  write(file, bytes, 0, length, null, (error: unknown, written = 0) => {
    if (error || written === bytes.length) done(error, written);
    else
      writePieces(file, bytes.subarray(written), (later, rest = 0) => done(later, written + rest));
  });
}
replaceMethod(fs, 'write', () => (file: number, data: Uint8Array | string, ...rest: unknown[]) => {
  const done = rest.pop() as Written;
  if (!paths.get(file)?.includes(within)) write(file, data, ...rest, done);
  else {
    const [from = 0, length] = rest as number[];
    const bytes = Buffer.from(data as Uint8Array).subarray(from);
    writePieces(file, bytes.subarray(0, length ?? bytes.length), done);
  }
});
replaceMethod(
  fs,
  'writev',
  () =>
    (file: number, list: readonly Uint8Array[], ...rest: unknown[]) =>
      writePieces(file, Buffer.concat(list), (error, bytes) =>
        (rest.pop() as Written)(error, bytes, list),
      ),
);

// Programs that wait for their disk; a write may take less than it is given.
replaceMethod(fs, 'openSync', (open) => (path: string, ...rest: [string?, number?]) => {
  const file = (open as (...all: unknown[]) => number)(path, ...rest);
  paths.set(file, String(path));
  return file;
});
replaceMethod(fs, 'writeSync', (write) => (file: number, data: Uint8Array, ...rest: number[]) => {
  const all = write as unknown as (...all: unknown[]) => number;
  const path = paths.get(file);
  if (!path?.includes(within)) return all(file, data, ...rest);
  step(path, 'write', true);
  const [from = 0] = rest;
  return all(file, data, from, Math.min(piece, data.length - from));
});
replaceMethod(fs, 'fsyncSync', (sync) => (file: number) => {
  step(paths.get(file), 'fsync', false);
  sync(file);
});
replaceMethod(fs, 'closeSync', (close) => (file: number) => {
  paths.delete(file);
  close(file);
});
replaceMethod(fs, 'renameSync', (rename) => (from: string, to: string) => {
  step(to, 'rename', false);
  rename(from, to);
  step(to, 'rename', false);
});
