import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './corpus';

/** Files for a child to damage and read. */
export interface Work {
  /** The kind's name. */
  readonly kind: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** A file for the number of the input that is being read, which stays when the child ends in it. */
  readonly place: string;
}

/** What came of one input. */
export interface Report extends Outcome {
  readonly index: number;
  /** Processor seconds of all threads, which a busy machine does not lengthen. */
  readonly seconds: number;
  /** Resident memory beyond that after the valid files were read. */
  readonly bytes: number;
}

/** What came of all inputs of a kind. */
export interface Tally {
  readonly kind: string;
  count: number;
  refused: number;
  same: number;
  read: number;
  /** The longest, processor seconds. */
  seconds: number;
  /** The most, bytes over the start. */
  bytes: number;
  /** Everything that must not be. */
  readonly faults: Fault[];
}

/** An input that was not read as it should be. */
export interface Fault {
  readonly index: number;
  readonly what: 'raw' | 'wrong' | 'ended' | 'hung' | 'slow' | 'large';
  readonly detail: string;
}

/** Limits of one input. */
export interface Bounds {
  /** Processor seconds. */
  readonly seconds: number;
  /** Seconds by the clock after which a child is killed. */
  readonly clock: number;
  /** Bytes over the start. */
  readonly bytes: number;
}

/** Damages and reads files of one kind, in children; one that ends or hangs is replaced, and the input counted. */
export async function fuzz({ to, ...work }: Omit<Work, 'place'>, bounds: Bounds): Promise<Tally> {
  const { kind } = work;
  const tally: Tally = {
    ...{ kind, count: 0, refused: 0, same: 0, read: 0, seconds: 0, bytes: 0, faults: [] },
  };
  const folder = mkdtempSync(join(tmpdir(), 'fuzzing-'));
  const place = join(folder, 'index');
  try {
    for (let from = work.from; from < to; ) {
      const { next, fatal } = await runChild({ ...work, from, to, place }, bounds, tally);
      from = next;
      if (!fatal) continue;
      // Of the inputs before it, some were read and not told.
      if (from < fatal.index)
        await runChild({ ...work, from, to: fatal.index, place }, bounds, tally);
      tally.count++;
      tally.faults.push(fatal);
      from = fatal.index + 1;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return tally;
}

/** Seconds between two looks at a child. */
const WATCH = 1;

/** @returns the first input that was not told, and the one in which the child ended or hung */
function runChild(
  work: Work,
  bounds: Bounds,
  tally: Tally,
): Promise<{ readonly next: number; readonly fatal?: Fault }> {
  writeFileSync(work.place, '');
  const now = () => readFileSync(work.place, 'utf8').trim();
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, 'child.js'), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let complaint = '';
    child.stderr!.on('data', (text) => {
      complaint = (complaint + text).slice(-2000);
    });
    let next = work.from;
    let [watched, unchanged, hung] = ['', 0, false];
    const watch = setInterval(() => {
      const index = now();
      unchanged = index === watched ? unchanged + WATCH : 0;
      watched = index;
      hung ||= index !== '' && unchanged >= bounds.clock;
      if (hung) child.kill('SIGKILL');
    }, WATCH * 1000);
    child.on('message', (reports: readonly Report[]) => {
      for (const report of reports) count(report, bounds, tally);
      next += reports.length;
    });
    child.on('close', (code, signal) => {
      clearInterval(watch);
      if (next === work.to) return resolve({ next });
      if (now() === '') return reject(new Error(`No ${work.kind} was read: ${complaint}`));
      const detail = hung ? `${bounds.clock} s` : `${signal ?? `code ${code}`}: ${complaint}`;
      resolve({ next, fatal: { index: Number(now()), what: hung ? 'hung' : 'ended', detail } });
    });
    child.send(work);
  });
}

function count(
  { index, result, detail = '', seconds, bytes }: Report,
  bounds: Bounds,
  tally: Tally,
): void {
  tally.count++;
  tally.seconds = Math.max(tally.seconds, seconds);
  tally.bytes = Math.max(tally.bytes, bytes);
  if (result === 'raw' || result === 'wrong') tally.faults.push({ index, what: result, detail });
  else tally[result]++;
  if (seconds > bounds.seconds)
    tally.faults.push({ index, what: 'slow', detail: `${seconds.toFixed(1)} s` });
  // Told once: memory that has grown stays.
  if (bytes > bounds.bytes && !tally.faults.some(({ what }) => what === 'large'))
    tally.faults.push({ index, what: 'large', detail: `${(bytes / 2 ** 20).toFixed(0)} MiB` });
}
