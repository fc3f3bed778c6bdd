import { mkdtempSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { NamedError } from '#kernels/errors';
import { SbdError } from '#statistics/errors';
import { type Random, randomFrom } from '#statistics/random';
import type { Kind, Seed } from './kinds';
import { mutate, pick } from './mutate';

/** What came of reading a damaged file. */
export interface Outcome {
  /**
   * `refused`: one of our errors, with the file and the place in it. `same`: what the valid file gives, or a whole part of it. `read`:
   * something else, in a format without checksums. The others are faults: `raw`, an error that is not ours or names
   * no file or no place; `wrong`, a change that a checksum should have found.
   */
  readonly result: 'refused' | 'same' | 'read' | 'raw' | 'wrong';
  /** The error's stack, or what was read wrong. */
  readonly detail?: string;
}

/** The valid files of one kind on disk, to read damaged copies of. */
export class Corpus {
  private constructor(
    private readonly kind: Kind,
    private readonly folder: string,
    private readonly seeds: readonly Seed[],
    private readonly values: readonly unknown[],
  ) {}

  static async open(kind: Kind, root: string): Promise<Corpus> {
    const folder = mkdtempSync(join(root, 'kind-'));
    const seeds = await kind.seeds(folder);
    for (const { name, bytes } of seeds) writeFileSync(join(folder, name), bytes);
    const values: unknown[] = [];
    for (const { name } of seeds) values.push(await kind.read(join(folder, name), folder));
    return new Corpus(kind, folder, seeds, values);
  }

  /** Reads damaged copy number `index`, which the seed of randomness decides. */
  async try(seed: number, index: number): Promise<Outcome> {
    const { kind, folder, seeds, values } = this;
    const random = randomFrom(seed, kind.name, index);
    const chosen = pick(seeds, random);
    const path = join(folder, chosen.name);
    await writeFile(path, damaged(kind, chosen.bytes, random));
    const value = values[seeds.indexOf(chosen)];
    try {
      return compared(kind, await kind.read(path, folder), value);
    } catch (error) {
      return judged(kind, error, path);
    } finally {
      await writeFile(path, chosen.bytes);
    }
  }

  /** The damaged file of {@link try}, to look at. */
  bytes(seed: number, index: number): Buffer {
    const random = randomFrom(seed, this.kind.name, index);
    return damaged(this.kind, pick(this.seeds, random).bytes, random);
  }
}

function damaged({ damage = mutate }: Kind, bytes: Buffer, random: Random): Buffer {
  return damage(bytes, random);
}

function compared({ isPart }: Kind, read: unknown, value: unknown): Outcome {
  if (isDeepStrictEqual(read, value) || isPart?.(read, value)) return { result: 'same' };
  return isPart
    ? { result: 'wrong', detail: JSON.stringify(read).slice(0, 200) }
    : { result: 'read' };
}

/** One of our errors names the file, in its message and, where it has fields, in these; and the place in it. */
function judged({ place }: Kind, error: unknown, path: string): Outcome {
  const { message, stack } = error as Error;
  const name = basename(path);
  const isOurs =
    error instanceof NamedError ||
    (error instanceof SbdError && error.file !== undefined && basename(error.file) === name);
  if (isOurs && message.includes(name) && (place?.test(message) ?? true))
    return { result: 'refused' };
  return { result: 'raw', detail: stack ?? String(error) };
}
