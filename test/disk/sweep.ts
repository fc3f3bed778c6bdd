import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { randomFrom } from '#statistics/random';
import { TEMPORARY } from '#statistics/temporaries';
import { digest, type Kind } from './kinds';
import { onFaultyDisk } from './program';

/** What a kill left, of all files of a kind. */
export interface Kill {
  /** The step at which it came, from 1. */
  readonly step: number;
  /** What the process was about to do: `write`, `fsync`, `rename` and so on. */
  readonly call: string;
  /** Files as they were before, as they should become, and not there. */
  readonly old: number;
  readonly new: number;
  readonly missing: number;
  /** Temporary files that the kill left, and that the rerun removed. */
  readonly temporaries: number;
  /** Everything that must not be. */
  readonly faults: readonly string[];
}

/** All kills of a kind. */
export interface Sweep {
  readonly kind: string;
  /** Steps of writing the new version over the old one. */
  readonly steps: number;
  readonly kills: readonly Kill[];
}

/** Files by their name in the folder. */
type Files = ReadonlyMap<string, Buffer>;

/**
 * Kills processes that write one version of a kind's files over another, each at a step that the seed decides, and
 * looks at what they left: of every file the old version or the new one, byte for byte. Then writes again.
 *
 * @param root is made, and holds everything
 */
export async function sweep(kind: Kind, kills: number, seed: number, root: string): Promise<Sweep> {
  const before = join(root, 'before');
  const folder = join(root, 'folder');
  const log = join(root, 'log');
  const write = (at?: number) => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(log, { force: true });
    cpSync(before, folder, { recursive: true });
    const fault = { ...(at !== undefined && { at }), within: folder, piece: kind.piece, log };
    const { status, signal, stderr } = onFaultyDisk(
      'writeKind.js',
      [kind.name, folder, '2'],
      fault,
    );
    assert.ok(status === 0 || (at !== undefined && signal === 'SIGKILL'), stderr);
    const calls = readFileSync(log, 'utf8').trim().split('\n');
    return { calls, isKilled: signal !== null };
  };
  // In the same place, as pages name the command that wrote them.
  mkdirSync(folder, { recursive: true });
  await kind.write(folder, 1);
  cpSync(folder, before, { recursive: true });
  const old = filesOf(folder);
  const steps = write().calls.length;
  const next = filesOf(folder);
  const random = randomFrom(seed, kind.name);
  const found: Kill[] = [];
  for (let i = 0; i < kills; i++) {
    let step = 1 + Math.floor(steps * random());
    let run = write(step);
    // Streams group their writes by chance, so that a run may have fewer steps.
    while (!run.isKilled) run = write(--step);
    const call = run.calls.at(-1)!;
    found.push({ step, call, ...(await judge(kind, folder, { old, next })) });
  }
  return { kind: kind.name, steps, kills: found };
}

/** Whether a file is temporary, or lies in a folder that is. */
const isTemporary = (file: string): boolean => file.split(sep).some((name) => TEMPORARY.test(name));

async function judge(
  kind: Kind,
  folder: string,
  { old, next }: { readonly old: Files; readonly next: Files },
): Promise<Omit<Kill, 'step' | 'call'>> {
  const faults: string[] = [];
  const temporaries = [...filesOf(folder).keys()].filter(isTemporary).length;
  await sameWithoutTemporaries(kind, folder).catch((error) => faults.push(error.message));
  await kind.open?.(folder);
  const files = filesOf(folder);
  const counts = { old: 0, new: 0, missing: 0 };
  for (const name of new Set([...old.keys(), ...next.keys(), ...files.keys()])) {
    const bytes = files.get(name);
    if (isTemporary(name)) continue;
    if (bytes && next.get(name)?.equals(bytes)) counts.new++;
    else if (bytes && old.get(name)?.equals(bytes)) counts.old++;
    else if (!bytes && (kind.mayMiss?.includes(name) || !old.has(name))) counts.missing++;
    else faults.push(`${name} is ${bytes ? 'neither old nor new' : 'lost'}`);
  }
  if (kind.isUnmixed && counts.old > 0 && counts.new > 0)
    faults.push('old and new files are mixed');
  await kind.write(folder, 2);
  try {
    assert.deepEqual(filesOf(folder), next);
  } catch {
    faults.push(`a rerun leaves ${[...filesOf(folder).keys()].join(', ')}, or other bytes`);
  }
  return { ...counts, temporaries, faults };
}

/** Readers find the same whether or not there are temporary files, and no error. */
async function sameWithoutTemporaries(kind: Kind, folder: string): Promise<void> {
  const found = digest(await kind.read(folder));
  const aside = `${folder}-aside`;
  cpSync(folder, aside, { recursive: true });
  try {
    for (const name of filesOf(folder).keys()) if (isTemporary(name)) rmSync(join(folder, name));
    assert.equal(digest(await kind.read(folder)), found, 'a temporary file was read');
  } finally {
    rmSync(folder, { recursive: true });
    cpSync(aside, folder, { recursive: true });
    rmSync(aside, { recursive: true });
  }
}

function filesOf(folder: string): Files {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)]),
  );
}
