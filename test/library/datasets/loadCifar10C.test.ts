import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { corrupt } from '#library/corruptions/corrupt';
import { CIFAR10_NORMALIZATION } from '#library/datasets/loadCifar10';
import { loadCifar10C } from '#library/datasets/loadCifar10C';
import { denormalize } from '#library/datasets/normalization';
import { openDataset } from '#library/datasets/openDataset';
import { DatasetError, OptionError } from '#statistics/errors';
import { GOLDEN, picture } from '../corruptions/golden';
import { temporaryFolder } from '../records/temporary';

/** Two pictures at five severities, which numpy wrote. */
const folder = join(GOLDEN, 'CIFAR-10-C');
const SMALL = { imagesPerSeverity: 2 };
const root = temporaryFolder();

const rejects = (attempt: Promise<unknown>, kind: typeof DatasetError, message: RegExp) =>
  assert.rejects(attempt, (error: Error) => {
    assert.ok(error instanceof kind, String(error));
    assert.match(error.message, message);
    return true;
  });

describe('loadCifar10C', () => {
  it('reads the severities that follow each other in a file, with their labels', async () => {
    const sets = await loadCifar10C(folder, SMALL);
    assert.deepEqual(
      sets.map(({ corruption, severity, data }) => [corruption, severity, data.size]),
      [1, 2, 3, 4, 5].map((severity) => ['brightness', severity, 2]),
    );
    const clean = await picture('32.png');
    for (const { severity, data } of sets) {
      const ours = await corrupt(clean, 'brightness', severity, { scale: 'cifar' });
      const rows: unknown[] = [];
      for await (const example of data) {
        rows.push([example.id, example.label]);
        const image = await example.image();
        if (example.id !== 0) continue;
        const apart = image.data.map((value, i) => Math.abs(value - ours.data[i]!));
        assert.ok(Math.max(...apart) <= 1, `severity ${severity}`);
        const pixels = await example.pixels();
        assert.deepEqual(denormalize(pixels, CIFAR10_NORMALIZATION), new Uint8Array(image.data));
      }
      assert.deepEqual(rows, [
        [0, 3],
        [1, 8],
      ]);
    }
  });

  it('shuffles, and is opened again from its spec', async () => {
    const [, , , , set] = await loadCifar10C(folder, SMALL);
    const again = await openDataset(JSON.parse(JSON.stringify(set!.data.shuffle(1).spec)));
    assert.equal(again.hash, set!.data.hash);
    const ids: unknown[] = [];
    for await (const { id } of again) ids.push(id);
    assert.deepEqual(ids.sort(), [0, 1]);
  });

  it('invents no severities: a file holds five of as many images as are published', async () => {
    await rejects(
      loadCifar10C(folder),
      DatasetError,
      /brightness\.npy: holds \|u1 \[10,32,32,3\]; expected bytes \(\|u1\) \[50000,32,32,3\], 10000/,
    );
    const one = { imagesPerSeverity: 10 };
    await rejects(loadCifar10C(folder, one), DatasetError, /expected .* \[50,32,32,3\], 10 images/);
    await rejects(
      loadCifar10C(folder, { imagesPerSeverity: 0 }),
      OptionError,
      /Severity: 0; expected/,
    );
    const place = join(root, 'labels');
    await mkdir(place);
    await copyFile(join(folder, 'brightness.npy'), join(place, 'fog.npy'));
    const labels = await readFile(join(folder, 'labels.npy'));
    // Five labels would be one for every two images.
    await writeFile(
      join(place, 'labels.npy'),
      labels.toString('latin1').replace('(10,)', '(5,) '),
      'latin1',
    );
    await rejects(
      loadCifar10C(place, SMALL),
      DatasetError,
      /labels.*\[5\]; expected 10 or 2 whole/,
    );
  });

  it('looks into the folder that an archive leaves', async () => {
    const wrapper = temporaryFolder();
    await cp(folder, join(wrapper, 'CIFAR-10-C'), { recursive: true });
    const [set] = await loadCifar10C(wrapper, { ...SMALL, severities: [1] });
    const [direct] = await loadCifar10C(folder, { ...SMALL, severities: [1] });
    assert.equal(set!.data.hash, direct!.data.hash);
  });

  it('names a file that is missing, cut short or of another shape', async () => {
    await rejects(
      loadCifar10C(join(root, 'none')),
      DatasetError,
      /holds no corruption of CIFAR-10-C/,
    );
    await rejects(
      loadCifar10C(folder, { corruptions: ['brightness', 'fog'] }),
      DatasetError,
      /fog\.npy: there is no such file; the folder holds brightness\./,
    );
    await rejects(
      loadCifar10C(folder, { severities: [6] }),
      OptionError,
      /severities: \[6\].*1, 2, 3/,
    );
    await copyFile(join(folder, 'brightness.npy'), join(root, 'fog.npy'));
    await rejects(loadCifar10C(root, SMALL), DatasetError, /labels\.npy: cannot be opened/);
    await copyFile(join(folder, 'labels.npy'), join(root, 'labels.npy'));
    await copyFile(join(folder, 'labels.npy'), join(root, 'snow.npy'));
    await rejects(
      loadCifar10C(root, { corruptions: ['snow'] }),
      DatasetError,
      /snow\.npy: holds \|u1 \[10\]; expected bytes \(\|u1\) \[50000,32,32,3\]/,
    );
    const bytes = await readFile(join(folder, 'brightness.npy'));
    await writeFile(join(root, 'frost.npy'), bytes.subarray(0, 9000));
    await rejects(
      loadCifar10C(root, { corruptions: ['frost'] }),
      DatasetError,
      /frost\.npy: the file has 9000 bytes; expected 30848/,
    );
    await mkdir(join(root, 'text'));
    await writeFile(join(root, 'text', 'frost.npy'), 'this is no array at all');
    await rejects(loadCifar10C(join(root, 'text')), DatasetError, /not an array that numpy\.save/);
  });
});
