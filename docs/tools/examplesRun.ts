import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './packages';
import type { ExampleRun } from './runExamples';

/**
 * Runs examples in a process of their own, one after the other, in the workspace's folder.
 *
 * @returns by name what each printed, and its error where it failed
 */
export async function runExamples(
  names: readonly string[],
): Promise<Readonly<Record<string, ExampleRun>>> {
  const folder = await mkdtemp(join(tmpdir(), 'sbd-examples-'));
  try {
    const results = join(folder, 'results.json');
    const script = join(__dirname, 'runExamples.js');
    const run = promisify(execFile);
    await run(process.execPath, [script, results, ...names], {
      cwd: ROOT,
      maxBuffer: 1 << 26,
      // Files that examples leave in the temporary folder go with this one.
      env: { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder },
    });
    return JSON.parse(await readFile(results, 'utf8')) as Record<string, ExampleRun>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NUMBER = /(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

/**
 * Whether two texts are the same but for the last digits of numbers that are not whole, and the width
 * of the columns that hold them.
 */
export function printsTheSame(one: string, other: string): boolean {
  if (wordsOf(one) !== wordsOf(other)) return false;
  const [left, right] = [one, other].map((text) => [...text.matchAll(NUMBER)].map(([n]) => n));
  return left!.every((number, i) => isNear(number, right![i]!));
}

function wordsOf(text: string): string {
  return text.replace(NUMBER, '#').replace(/[ ─]+/g, ' ');
}

function isNear(one: string, other: string): boolean {
  if (one === other) return true;
  if (!one.includes('.') || !other.includes('.')) return false;
  const [left, right] = [Number(one), Number(other)];
  return Math.abs(left - right) <= 1e-6 * Math.max(Math.abs(left), Math.abs(right));
}
