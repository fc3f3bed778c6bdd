import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { loadImageFolder } from '#library/datasets/loadImageFolder';
import { openDataset } from '#library/datasets/openDataset';
import { loadImageNetRecords } from '#library/records/loadImageNetRecords';
import { writeRecords } from '#library/records/writeRecords';
import { DatasetError, OptionError } from '#statistics/errors';
import { temporaryFolder } from '../records/temporary';
import { flat, writeFlat } from './pictures';

const root = temporaryFolder();
const folder = join(root, 'set');
const RED = [200, 10, 20] as const;
const BLUE = [10, 20, 200] as const;
before(async () => {
  await writeFlat(join(folder, 'cat', 'b.png'), 20, BLUE);
  await writeFlat(join(folder, 'cat', 'a.png'), 20, RED);
  await writeFlat(join(folder, 'ant', 'c.PNG'), 30, RED);
  await writeFile(join(folder, 'ant', 'notes.txt'), 'no image');
  await writeFile(join(folder, 'README'), 'no class');
});

async function list(dataset: AsyncIterable<{ id: unknown; label: number }>) {
  const rows: unknown[] = [];
  for await (const { id, label } of dataset) rows.push([id, label]);
  return rows;
}

const rejects = (attempt: Promise<unknown>, kind: typeof DatasetError, message: RegExp) =>
  assert.rejects(attempt, (error: Error) => {
    assert.ok(error instanceof kind, String(error));
    assert.match(error.message, message);
    return true;
  });

describe('loadImageFolder', () => {
  it('gives each file the class of its folder, in the order of their paths', async () => {
    const dataset = await loadImageFolder(folder);
    assert.deepEqual(dataset.classNames, ['ant', 'cat']);
    assert.equal(dataset.size, 3);
    assert.deepEqual(await list(dataset), [
      ['ant/c.PNG', 0],
      ['cat/a.png', 1],
      ['cat/b.png', 1],
    ]);
    const shuffled = await list(dataset.shuffle(1));
    assert.deepEqual([...shuffled].sort(), await list(dataset));
  });

  it('numbers classes by a list, some of which may have no images', async () => {
    const dataset = await loadImageFolder(folder, { classNames: ['bee', 'cat', 'ant'] });
    assert.equal(dataset.numClasses, 3);
    assert.deepEqual(
      (await list(dataset)).map((row) => (row as [string, number])[1]),
      [2, 1, 1],
    );
    await rejects(
      loadImageFolder(folder, { classNames: ['bee', 'cat'] }),
      DatasetError,
      /ant: no class has this name; expected 2 classes such as bee, cat/,
    );
  });

  it('names classes by an object, whose keys are the subfolders', async () => {
    const classNames = { cat: 'house cat', ant: 'garden ant' };
    const dataset = await loadImageFolder(folder, { classNames });
    assert.deepEqual(dataset.classNames, ['house cat', 'garden ant']);
    assert.deepEqual((await list(dataset))[0], ['ant/c.PNG', 1]);
  });

  it('resizes, crops and normalises as the records of the same pictures', async () => {
    const levels = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] } as const;
    const dataset = await loadImageFolder(folder, { size: 8, ...levels });
    for await (const { images, shape } of dataset.batches(3)) {
      assert.deepEqual(shape, [3, 8, 8, 3]);
      const colours = [RED, RED, BLUE];
      images.forEach((value, i) => {
        assert.equal(value, colours[Math.floor(i / 192)]![i % 3]);
      });
    }
  });

  it('is told apart by its files’ sizes, not by where it lies', async () => {
    const opened = async (place: string, side: number) => {
      await writeFlat(join(root, place, 'same', 'cat', 'x.png'), side, RED);
      return loadImageFolder(join(root, place, 'same'));
    };
    const [first, copy, larger] = [
      await opened('a', 20),
      await opened('b', 20),
      await opened('c', 90),
    ];
    assert.equal(copy.hash, first.hash);
    assert.notEqual(larger.hash, first.hash);
    assert.equal(first.name, 'same');
    const { name } = await loadImageFolder(`${join(root, 'a', 'same')}/`);
    assert.equal(name, 'same');
  });

  it('lists its files when they are read, and says where they are others by then', async () => {
    const place = join(root, 'changed');
    await writeFlat(join(place, 'cat', 'x.png'), 20, RED);
    const dataset = await loadImageFolder(place);
    await writeFlat(join(place, 'cat', 'y.png'), 20, RED);
    for (const view of [dataset, dataset.shuffle(1)])
      await rejects(
        list(view),
        DatasetError,
        /changed: holds 2 images, 1 when it was opened; open/,
      );
  });

  it('is opened again from its spec', async () => {
    const dataset = await loadImageFolder(folder, { size: 8 });
    const again = await openDataset(JSON.parse(JSON.stringify(dataset.take(2).spec)));
    assert.equal(again.hash, dataset.hash);
    assert.deepEqual(again.imageShape, [8, 8, 3]);
    assert.deepEqual(await list(again), await list(dataset.take(2)));
  });

  it('names what is missing or damaged', async () => {
    await rejects(loadImageFolder(join(root, 'none')), DatasetError, /none: cannot be read/);
    await mkdir(join(root, 'empty', 'cat'), { recursive: true });
    await rejects(
      loadImageFolder(join(root, 'empty')),
      DatasetError,
      /no images; expected one sub/,
    );
    await mkdir(join(root, 'damaged', 'cat'), { recursive: true });
    await writeFile(join(root, 'damaged', 'cat', 'x.jpg'), 'no JPEG');
    const damaged = await loadImageFolder(join(root, 'damaged'));
    await rejects(damaged.batches(1).next(), DatasetError, /x\.jpg: the image cannot be read/);
    const records = join(root, 'records.tfrecord');
    await writeRecords([{ image: flat(8, RED), label: 0 }], records);
    for (const open of [loadImageFolder, loadImageNetRecords]) {
      const place = open === loadImageFolder ? folder : records;
      for (const [options, message] of [
        [{ size: 0 }, /size: 0; expected a whole number, 1 or more/],
        [{ resize: 0.5 }, /resize: 0\.5; expected a whole number, 1 or more/],
        [{ resize: 200 }, /resize: 200; expected at least size, 224/],
      ] as const)
        await rejects(open(place, options), OptionError, message);
    }
  });
});
