import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePlace } from 'selective-brain-damage-statistics/internal';

/** Runs work in a folder; where none is given, in a temporary one that is removed afterwards. */
export async function inFolder<T>(
  folder: string | undefined,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  if (folder !== undefined) return work(resolvePlace(folder));
  const temporary = await mkdtemp(join(tmpdir(), 'selective-brain-damage-'));
  try {
    return await work(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
