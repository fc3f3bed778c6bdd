import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ImageDataset } from '#library/datasets/imageDataset';
import { IMAGENET_NAMES, IMAGENET_SUPERCLASSES } from '#library/datasets/imagenetNames';
import { type ImageFolderOptions, loadImageFolder } from '#library/datasets/loadImageFolder';
import { openDataset } from '#library/datasets/openDataset';
import { DatasetError } from '#statistics/errors';
import { temporaryFolder } from '../records/temporary';
import { writeFlat } from './pictures';

const RED = [200, 10, 20] as const;

/** A folder with flat pictures at these paths and texts at others. */
async function folderOf(
  pictures: readonly string[],
  texts: Readonly<Record<string, string>> = {},
  side = 20,
): Promise<string> {
  const folder = join(temporaryFolder(), 'set');
  mkdirSync(folder, { recursive: true });
  for (const path of pictures) await writeFlat(join(folder, path), side, RED);
  for (const [path, text] of Object.entries(texts)) writeFileSync(join(folder, path), text);
  return folder;
}

async function rowsOf(dataset: ImageDataset): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for await (const { id, label } of dataset) rows[id] = dataset.classNames[label]!;
  return rows;
}

async function rejects(attempt: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(attempt, (error: Error) => {
    assert.ok(error instanceof DatasetError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

describe('one subfolder per class', () => {
  it('has images further down, as Tiny ImageNet', async () => {
    const folder = await folderOf(['n01/images/n01_0.JPEG', 'n02/images/n02_0.JPEG'], {
      'n01/n01_boxes.txt': 'n01_0.JPEG\t0\t0\t61\t61',
    });
    assert.deepEqual(await rowsOf(await loadImageFolder(folder)), {
      'n01/images/n01_0.JPEG': 'n01',
      'n02/images/n02_0.JPEG': 'n02',
    });
    const one = await folderOf(['n01/images/n01_0.JPEG']);
    assert.deepEqual((await loadImageFolder(one)).classNames, ['n01']);
  });

  it('is numbered by value', async () => {
    const numbers = Array.from({ length: 12 }, (_, i) => String(i));
    const dataset = await loadImageFolder(await folderOf(numbers.map((name) => `${name}/x.png`)));
    assert.deepEqual(dataset.classNames, numbers);
    assert.deepEqual(
      await rowsOf(dataset),
      Object.fromEntries(numbers.map((name) => [`${name}/x.png`, name])),
    );
  });

  it('may lie in the only folder of another', async () => {
    const folder = await folderOf(['data/val/cat/a.png', 'data/val/dog/b.png'], {
      'data/val/README.md': 'a set',
    });
    assert.deepEqual(await rowsOf(await loadImageFolder(folder)), {
      'cat/a.png': 'cat',
      'dog/b.png': 'dog',
    });
    const classNames = ['cat', 'dog'];
    assert.equal((await loadImageFolder(folder, { classNames })).size, 2);
  });

  it('is none of several sets, which the error names', async () => {
    const folder = await folderOf(['train/cat/a.png', 'val/cat/b.png']);
    await rejects(loadImageFolder(folder), /holds train, val, which are sets.*set\/val\./);
    const classes = await folderOf(['test/a.png', 'exam/b.png']);
    const options = { classNames: ['exam', 'test'] };
    assert.equal((await loadImageFolder(classes, options)).size, 2, 'a class may be called so');
  });

  it('stands for ImageNet where the classes are told so', async () => {
    const folder = await folderOf(['n01440764/a.png', 'n15075141/b.png']);
    const dataset = await loadImageFolder(folder, { classNames: 'imagenet' });
    const labels: number[] = [];
    for await (const { label } of dataset) labels.push(label);
    assert.deepEqual([dataset.numClasses, labels], [1000, [0, 999]]);
  });
});

describe('images with a list of their classes', () => {
  const files = ['ILSVRC2012_val_00000001.JPEG', 'ILSVRC2012_val_00000002.JPEG', 'x y.png'];
  const classes = ['n01440764', 'n01443537', 'n01440764'];
  const expected = Object.fromEntries(files.map((file, i) => [file, classes[i]!]));
  const open = async (list: string, options: ImageFolderOptions = {}, name = 'labels.txt') => {
    const folder = await folderOf(files, { [name]: list });
    return loadImageFolder(folder, { labels: join(folder, name), ...options });
  };
  const lines = (mark: string) => files.map((file, i) => `${file}${mark}${classes[i]}`).join('\n');

  it('is CSV, TSV, or lines of a name and a class', async () => {
    for (const list of [
      `file,class\n${lines(',')}\n`,
      `\ufefffilename\tsize\twnid\r\n${lines('\t10\t').replaceAll('\n', '\r\n')}\r\n`,
      `class;path\n${files.map((file, i) => `${classes[i]};"/data/val/${file}"`).join('\n')}`,
      lines(' '),
      lines('\t'),
      `${classes.join('\n')}\n`,
    ])
      assert.deepEqual(await rowsOf(await open(list)), expected, list);
  });

  it('is found as list.csv, or given itself', async () => {
    const folder = await folderOf(files, { 'list.csv': `file,class\n${lines(',')}` });
    for (const place of [folder, join(folder, 'list.csv')]) {
      const dataset = await loadImageFolder(place);
      assert.deepEqual(await rowsOf(dataset), expected);
      const again = await openDataset(JSON.parse(JSON.stringify(dataset.spec)));
      assert.deepEqual(await rowsOf(again), expected);
    }
  });

  it('numbers classes from 0 where the classes are given, and by value where they are not', async () => {
    const list = files.map((file, i) => `${file} ${[10, 9, 10][i]}`).join('\n');
    assert.deepEqual((await open(list)).classNames, ['9', '10']);
    const classNames = Array.from({ length: 11 }, (_, i) => `name ${i}`);
    assert.deepEqual(Object.values(await rowsOf(await open(list, { classNames }))), [
      ...['name 10', 'name 9', 'name 10'],
    ]);
    const tooFew = open(list, { classNames: classNames.slice(0, 10) });
    await rejects(tooFew, /labels\.txt, row 1: no class is called '10'.*its number from 0/);
  });

  it('gives the classes of ImageNet', async () => {
    const dataset = await open(lines(' '), { classNames: 'imagenet' });
    assert.deepEqual(Object.values(await rowsOf(dataset)), ['tench', 'goldfish', 'tench']);
    assert.equal(dataset.classNames, IMAGENET_NAMES);
  });

  it('is part of the hash', async () => {
    const folder = await folderOf(files, {
      'a.txt': lines(' '),
      'b.txt': lines(' ').replace(`${files[2]} n01440764`, `${files[2]} n01443537`),
    });
    const [a, again, b] = await Promise.all(
      ['a.txt', 'a.txt', 'b.txt'].map((name) =>
        loadImageFolder(folder, { labels: join(folder, name) }),
      ),
    );
    assert.equal(a!.hash, again!.hash);
    assert.notEqual(a!.hash, b!.hash);
  });

  it('is refused where it leaves something open', async () => {
    await rejects(open('1\n2\n1\n'), /numbers without names of files, as ILSVRC2012/);
    await rejects(open('a\nb\n'), /has 2 classes without names of files, the folder has 3 images/);
    await rejects(
      open(lines(' ').split('\n').slice(1).join('\n')),
      /has no class for .*00001\.JPEG/,
    );
    await rejects(open(`${lines(' ')}\nnone.png c`), /lacks image 'none\.png'/);
    await rejects(open(`${lines(' ')}\n${files[0]} c`), /both match/);
    await rejects(open('file,class\na.png,b,c\n'), /row 2: has 3 cells, the first row 2/);
    await rejects(open(''), /is empty/);
    await rejects(open('some text\nmore text'), /begins with some, text; expected the columns/);
    const folder = await folderOf(files);
    await rejects(loadImageFolder(folder), /holds 3 images and no subfolders.*give labels/);
    await rejects(loadImageFolder(folder, { labels: 'none.csv' }), /none\.csv: the list of labels/);
  });
});

it('has a name and a superclass for each class of ImageNet', () => {
  assert.equal(new Set(IMAGENET_NAMES).size, 1000);
  assert.equal(IMAGENET_SUPERCLASSES.length, 1000);
  for (const [name, superclass] of [
    ['tench', 'fish'],
    ['goldfinch', 'bird'],
    ['tabby', 'cat'],
    ['minivan', 'wheeled vehicle'],
    ['toilet tissue', 'other artefact'],
    ['pizza', 'other food'],
  ] as const)
    assert.equal(IMAGENET_SUPERCLASSES[IMAGENET_NAMES.indexOf(name)], superclass, name);
});

it('takes images whose classes are unknown', async () => {
  const folder = await folderOf(['b.png', 'deep/a.png']);
  const dataset = await loadImageFolder(folder, { unlabelled: true, classNames: ['x', 'y'] });
  assert.deepEqual(await rowsOf(dataset), { 'b.png': 'x', 'deep/a.png': 'x' });
  assert.equal(dataset.numClasses, 2);
  const again = await openDataset(JSON.parse(JSON.stringify(dataset.spec)));
  assert.equal(again.hash, dataset.hash);
});

describe('small images', () => {
  it('keep their size where all have it', async () => {
    const folder = await folderOf(['a/x.png', 'b/y.png'], {}, 32);
    assert.deepEqual((await loadImageFolder(folder)).imageShape, [32, 32, 3]);
    assert.deepEqual((await loadImageFolder(folder, { size: 24 })).imageShape, [24, 24, 3]);
    const dataset = await loadImageFolder(folder);
    for await (const { images } of dataset.batches(2))
      assert.equal(new Set(images).size, 3, 'a flat picture stays flat');
    const again = await openDataset(JSON.parse(JSON.stringify(dataset.spec)));
    assert.deepEqual(again.imageShape, [32, 32, 3]);
  });

  it('get a word where they are enlarged', async () => {
    const folder = await folderOf(['a/x.png'], {}, 32);
    await writeFlat(join(folder, 'b/y.png'), 40, RED);
    const warning = new Promise<Error>((resolve) => process.once('warning', resolve));
    assert.deepEqual((await loadImageFolder(folder)).imageShape, [224, 224, 3]);
    assert.match((await warning).message, /32 × 32 pixels are enlarged.*the option size/);
  });
});

const SAMPLE = join(__dirname, '../../../../../shared/data/imagenet-sample');

it('500 photographs of ImageNet are found by a list and by folders alike', {
  skip: !existsSync(SAMPLE) && 'the photographs are not there',
}, async () => {
  const files = readdirSync(SAMPLE).filter((file) => file.endsWith('.JPEG'));
  const root = temporaryFolder();
  const list = files.map((file) => `${join(SAMPLE, file)},${file.slice(0, 9)}`);
  writeFileSync(join(root, 'labels.csv'), `file,class\n${list.join('\n')}\n`);
  for (const file of files) {
    const place = join(root, 'val', file.slice(0, 9));
    mkdirSync(place, { recursive: true });
    symlinkSync(join(SAMPLE, file), join(place, file));
  }
  const classNames = 'imagenet';
  const listed = await loadImageFolder(SAMPLE, { labels: join(root, 'labels.csv'), classNames });
  const byFolder = await loadImageFolder(join(root, 'val'), { classNames });
  assert.equal(listed.size, 500);
  const labels = async (dataset: ImageDataset) => {
    const found = new Map<string, number>();
    for await (const { id, label } of dataset) found.set(String(id).split('/').at(-1)!, label);
    return [...found].sort();
  };
  assert.deepEqual(await labels(listed), await labels(byFolder));
});
