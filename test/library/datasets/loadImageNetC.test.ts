import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { CorruptionName } from '#library/corruptions/names';
import { IMAGENET_WNIDS } from '#library/datasets/imagenetClasses';
import { loadImageNetC } from '#library/datasets/loadImageNetC';
import { openDataset } from '#library/datasets/openDataset';
import type { ShiftedSet } from '#library/datasets/shiftedSet';
import { DatasetError, OptionError } from '#statistics/errors';
import { temporaryFolder } from '../records/temporary';
import { flat, writeFlat } from './pictures';
import { writeTfds } from './tfds';

const root = temporaryFolder();
const [records, images] = [join(root, 'records'), join(root, 'images')];
const PIXELS = 16;
/** Severity 3 is 30 grey levels bright, and so on: each set is told by its pixels. */
const grey = (severity: number) => [10 * severity, 10 * severity, 10 * severity] as const;

function writeSet(folder: string, severity: number, version: string): Promise<void> {
  const name = 'imagenet2012_corrupted-validation.tfrecord-00000-of-00001';
  const rows = [7, 999].map((label) => ({ label, name: `ILSVRC2012_val_${label}.JPEG` }));
  return writeTfds(join(folder, version, name), flat(PIXELS, grey(severity)), rows);
}

before(async () => {
  for (const severity of [1, 2, 3, 4, 5]) {
    await writeSet(join(records, `gaussian_noise_${severity}`), severity, '3.1.0');
    await writeSet(join(records, `frosted_glass_blur_${severity}`), severity, '');
    await writeFlat(
      join(images, 'weather', 'fog', String(severity), IMAGENET_WNIDS[388]!, 'x.JPEG'),
      PIXELS,
      grey(severity),
    );
    if (severity !== 4)
      await writeFlat(
        join(images, 'contrast', String(severity), IMAGENET_WNIDS[1]!, 'y.JPEG'),
        PIXELS,
        grey(severity),
      );
  }
  // An older version beside the one that counts.
  await writeSet(join(records, 'gaussian_noise_1'), 9, '0.0.1');
});

/** Pixels as grey levels. */
const OPTIONS = { size: PIXELS, mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] } as const;

async function look(set: ShiftedSet) {
  const seen: unknown[] = [];
  for await (const { images: pixels, labels, ids } of set.data.batches(8))
    seen.push([...ids], [...labels], new Set(pixels).size === 1 ? pixels[0] : 'many values');
  return [set.corruption, set.severity, ...seen];
}

const rejects = (attempt: Promise<unknown>, kind: typeof DatasetError, message: RegExp) =>
  assert.rejects(attempt, (error: Error) => {
    assert.ok(error instanceof kind, String(error));
    assert.match(error.message, message);
    return true;
  });

describe('loadImageNetC', () => {
  it('reads TFRecords in the layout of TFDS, the highest version, under both names', async () => {
    const sets = await loadImageNetC(records, OPTIONS);
    const ids = ['ILSVRC2012_val_7.JPEG', 'ILSVRC2012_val_999.JPEG'];
    const expected = (['gaussian_noise', 'glass_blur'] as const).flatMap((name) =>
      [1, 2, 3, 4, 5].map((severity) => [name, severity, ids, [7, 999], 10 * severity]),
    );
    assert.deepEqual(await Promise.all(sets.map(look)), expected);
    assert.equal(sets[0]!.data.numClasses, 1000);
  });

  it('reads image folders, with or without the folder of their archive', async () => {
    const sets = await loadImageNetC(images, { ...OPTIONS, corruptions: ['fog'] });
    assert.deepEqual(
      await Promise.all(sets.map(look)),
      [1, 2, 3, 4, 5].map((severity) => [
        ...['fog', severity, [`${IMAGENET_WNIDS[388]}/x.JPEG`], [388], 10 * severity],
      ]),
    );
    const some = { ...OPTIONS, corruptions: ['contrast'] as CorruptionName[], severities: [5, 1] };
    assert.deepEqual(
      (await loadImageNetC(images, some)).map(({ severity }) => severity),
      [5, 1],
    );
  });

  it('looks into the folder that an archive leaves', async () => {
    const wrapper = join(root, 'wrapper');
    await mkdir(wrapper);
    await symlink(images, join(wrapper, 'ImageNet-C'));
    const options = { ...OPTIONS, corruptions: ['fog'] as CorruptionName[] };
    const sets = await loadImageNetC(wrapper, options);
    assert.deepEqual(
      await Promise.all(sets.map(look)),
      await Promise.all((await loadImageNetC(images, options)).map(look)),
    );
  });

  it('is opened again from its spec', async () => {
    for (const folder of [records, images]) {
      const [set] = await loadImageNetC(folder, { ...OPTIONS, severities: [5] });
      const data = await openDataset(JSON.parse(JSON.stringify(set!.data.spec)));
      assert.deepEqual(await look({ ...set!, data }), await look(set!));
    }
  });

  it('names a severity that is missing, and what is there', async () => {
    await rejects(
      loadImageNetC(images, OPTIONS),
      DatasetError,
      /contrast has no severity 4 \(found: 1, 2, 3, 5\); expected contrast_4 .* or contrast.4/,
    );
    await rejects(
      loadImageNetC(records, { corruptions: ['snow'] }),
      DatasetError,
      /snow has no severity 1 \(found: none\)/,
    );
    await mkdir(join(root, 'empty'));
    await rejects(loadImageNetC(join(root, 'empty')), DatasetError, /holds no corruption of Image/);
    await rejects(
      loadImageNetC(records, { corruptions: ['rain' as 'fog'] }),
      OptionError,
      /'rain'\]; expected .* one of gaussian_noise/,
    );
    await rejects(loadImageNetC(records, { severities: [0] }), OptionError, /severities: \[0\]/);
  });
});
