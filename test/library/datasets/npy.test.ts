import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openNpy, readNpy } from '#library/datasets/npy';
import { DatasetError } from '#statistics/errors';
import { findPython, withoutPython } from '../../python';

/** Counts of human labels, 10,000 images × 10 classes; not part of this project. */
const HUMANS = join(__dirname, '../../../../../shared/data/ground-truth/cifar10h-counts.npy');

describe('readNpy', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npy-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('reads what numpy writes, in all its types', { skip: withoutPython('numpy') }, async () => {
    const types = ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'i8', 'f4', 'f8'];
    const program = `
import numpy, sys
for name in ${JSON.stringify(types)}:
    numpy.save(f"{sys.argv[1]}/{name}.npy", numpy.arange(6).reshape(2, 3).astype(name) + (name[0] != "u") * -2)
numpy.save(f"{sys.argv[1]}/c16.npy", numpy.zeros(2, complex))`;
    execFileSync(findPython('numpy')!, ['-c', program, folder]);
    for (const type of types) {
      const { shape, data } = await readNpy(join(folder, `${type}.npy`));
      assert.deepEqual(shape, [2, 3]);
      const least = type.startsWith('u') ? 0 : -2;
      assert.deepEqual(
        [...data],
        [0, 1, 2, 3, 4, 5].map((x) => x + least),
        type,
      );
    }
    await assert.rejects(readNpy(join(folder, 'c16.npy')), /c16\.npy: holds numbers of type <c16/);
    const whole = await readFile(join(folder, 'f8.npy'));
    await writeFile(join(folder, 'cut.npy'), whole.subarray(0, whole.length - 1));
    await assert.rejects(readNpy(join(folder, 'cut.npy')), /cut\.npy: the file has 175 bytes/);
  });

  it('refuses a file of another kind', async () => {
    const path = join(folder, 'text.npy');
    await writeFile(path, 'not an array, but long enough for a header');
    await assert.rejects(readNpy(path), DatasetError);
    await assert.rejects(readNpy(join(folder, 'none.npy')), /none\.npy: cannot be opened/);
  });

  it("reads CIFAR-10H's counts", { skip: !existsSync(HUMANS) && 'no CIFAR-10H here' }, async () => {
    const { shape, data } = await readNpy(HUMANS);
    assert.deepEqual(shape, [10_000, 10]);
    const [first, last] = [data.slice(0, 10), data.slice(-10)];
    // numpy's own reading.
    assert.deepEqual([...first], [0, 1, 1, 48, 0, 1, 0, 0, 0, 0]);
    assert.deepEqual([...last], [0, 0, 0, 0, 1, 0, 0, 51, 0, 0]);
    assert.equal(
      data.reduce((sum, n) => sum + n, 0),
      511_000,
    );
  });
});

describe('openNpy', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npy-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** A file of 200 bytes, with a header of this version and length. */
  async function written(version: number, length: number, header: string): Promise<string> {
    const path = join(folder, 'a.npy');
    const bytes = Buffer.alloc(200);
    bytes.write('\x93NUMPY', 'latin1');
    bytes[6] = version;
    if (version === 1) bytes.writeUInt16LE(length, 8);
    else bytes.writeUInt32LE(length, 8);
    bytes.write(header, version === 1 ? 10 : 12, 'latin1');
    await writeFile(path, bytes);
    return path;
  }
  const HEADER = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }";

  it('takes no length from a file that is longer than the file', async () => {
    // A read of 2 GiB or more ends the process, and nothing catches that.
    for (const length of [2 ** 31, 2 ** 32 - 1, 65_536, 1000, 189]) {
      const path = await written(2, length, HEADER);
      await assert.rejects(
        openNpy(path),
        (error: DatasetError) =>
          error instanceof DatasetError && error.file === path && error.offset !== undefined,
        `${length}`,
      );
    }
    assert.deepEqual((await openNpy(await written(2, 100, HEADER))).shape, [2, 3]);
    assert.deepEqual((await openNpy(await written(1, 100, HEADER))).shape, [2, 3]);
  });

  it('refuses a shape or a type that is none', async () => {
    for (const [from, to] of [
      ['2, 3', '200, 3'],
      ['2, 3', '99999999999, 99999999999'],
      ['2, 3', '9'.repeat(30)],
      ['|u1', '|u'],
      ['|u1', '|u1e9'],
      ['False', 'True'],
    ] as const) {
      const path = await written(1, 150, HEADER.replace(from, to));
      await assert.rejects(openNpy(path), DatasetError, to);
    }
    await assert.rejects(openNpy(folder), /cannot be opened/);
  });
});
