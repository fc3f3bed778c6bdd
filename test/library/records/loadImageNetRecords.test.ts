import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ImageDataset } from '#library/datasets/imageDataset';
import { openDataset } from '#library/datasets/openDataset';
import type { Example } from '#library/datasets/types';
import {
  type ImageNetRecordsOptions,
  loadImageNetRecords,
} from '#library/records/loadImageNetRecords';
import { encodeExample, type Feature } from '#library/records/tfExample';
import { frameRecord } from '#library/records/tfrecord';
import { writeRecords } from '#library/records/writeRecords';
import { DATA, expected, fixture } from './fixtures';
import { temporaryFolder } from './temporary';

const folder = temporaryFolder();
const TEN: ImageNetRecordsOptions = { numClasses: 10, size: 28, resize: 28 };

async function all(dataset: AsyncIterable<Example>): Promise<Example[]> {
  const examples: Example[] = [];
  for await (const example of dataset) examples.push(example);
  return examples;
}

async function ids(dataset: ImageDataset) {
  return (await all(dataset)).map(({ id }) => id);
}

const sets: [string, string[], ImageNetRecordsOptions][] = [
  ["ImageNet's names, plain and gzip", ['fashion-00000-of-00002', 'fashion-00001-of-00002'], TEN],
  ["TFDS' names", ['fashion-tfds.tfrecord'], TEN],
  ["the authors' PIE sets", ['fashion-pies.tfrecord'], { ...TEN, labelBase: 0 }],
];

for (const [name, files, options] of sets)
  test(`reads what TensorFlow wrote: ${name}`, async () => {
    const examples = await all(await loadImageNetRecords(files.map(fixture), options));
    const found = examples.map(({ id, label, encoded }) => ({
      id,
      label,
      sha256: createHash('sha256').update(encoded!).digest('hex'),
    }));
    const wanted = files.flatMap((file) => expected[file]!);
    assert.deepEqual(
      found,
      wanted.map(({ id, label, sha256 }) => ({ id, label, sha256 })),
    );
  });

test('decodes every kind of image to its colours', async () => {
  const examples = await all(await loadImageNetRecords(fixture('odd.tfrecord'), TEN));
  for (const [i, { id, halves }] of expected['odd.tfrecord']!.entries()) {
    const { width, height, data } = await examples[i]!.image();
    assert.deepEqual([examples[i]!.id, width, height, data.length], [id, 48, 32, 48 * 32 * 3]);
    // Inks have no one colour in RGB: black is what is nearly black.
    const tolerance = id === 'cmyk.JPEG' ? 25 : 2;
    for (const [side, x] of [
      [0, 6],
      [1, 42],
    ] as const) {
      const pixel = data.subarray((16 * 48 + x) * 3, (16 * 48 + x) * 3 + 3);
      for (const [c, value] of pixel.entries())
        assert.ok(Math.abs(value - halves![side][c]!) <= tolerance, `${id}: ${pixel}`);
    }
    assert.equal((await examples[i]!.pixels()).length, 28 * 28 * 3);
  }
});

test('batches hold the images as the model sees them', async () => {
  const dataset = await loadImageNetRecords(fixture('fashion-tfds.tfrecord'), TEN);
  const examples = await all(dataset);
  const batches = [];
  for await (const batch of dataset.batches(4)) batches.push(batch);
  assert.deepEqual(
    batches.map(({ shape }) => shape),
    [
      [4, 28, 28, 3],
      [4, 28, 28, 3],
      [2, 28, 28, 3],
    ],
  );
  assert.deepEqual(
    batches.flatMap((batch) => batch.ids),
    examples.map(({ id }) => id),
  );
  const { data } = await examples[5]!.image();
  const wanted = Float32Array.from(data, (value, i) => {
    const c = i % 3;
    return (value / 255 - [0.485, 0.456, 0.406][c]!) / [0.229, 0.224, 0.225][c]!;
  });
  const got = batches[1]!.images.subarray(28 * 28 * 3, 2 * 28 * 28 * 3);
  assert.ok(got.every((value, i) => Math.abs(value - wanted[i]!) < 1e-5));
});

test('class names: by number, by list, from the records', async () => {
  const files = fixture('fashion-0*');
  const { classNames } = await loadImageNetRecords(files);
  assert.deepEqual(
    [classNames.length, classNames[0], classNames[999]],
    [1000, 'class 0', 'class 999'],
  );
  const listed = await loadImageNetRecords(files, { classNames: ['a', 'b'] });
  assert.equal(listed.numClasses, 2);
  const told = await loadImageNetRecords(files, { ...TEN, classNames: 'text' });
  const texts = expected['fashion-00000-of-00002']!.concat(expected['fashion-00001-of-00002']!);
  for (const { label, text } of texts) assert.equal(told.classNames[label], text);
  await assert.rejects(
    loadImageNetRecords(fixture('fashion-tfds.tfrecord'), { ...TEN, classNames: 'text' }),
    { name: 'RecordError', message: /no record tells its class in words/ },
  );
});

test('shuffle reorders shards and records by seed; shard and take cut the stream', async () => {
  const dataset = await loadImageNetRecords(fixture('fashion-0*'), { ...TEN, shuffleBuffer: 4 });
  const stored = await ids(dataset);
  const shuffled = await ids(dataset.shuffle(1));
  assert.notDeepEqual(shuffled, stored);
  assert.deepEqual(shuffled.slice().sort(), stored);
  assert.deepEqual(await ids(dataset.shuffle(1)), shuffled);
  assert.notDeepEqual(await ids(dataset.shuffle(2)), shuffled);
  const thirds = await Promise.all([0, 1, 2].map((i) => ids(dataset.shard(i, 3))));
  assert.deepEqual(thirds.flat().sort(), stored);
  assert.deepEqual(await ids(dataset.take(3)), stored.slice(0, 3));
});

test('training preprocessing is drawn from the seed', async () => {
  const dataset = await loadImageNetRecords(fixture('odd.tfrecord'), {
    numClasses: 10,
    size: 32,
  });
  const first = async (view: ImageDataset) => {
    for await (const { images } of view.batches(10)) return images;
    return assert.fail();
  };
  const [plain, one, again, other] = await Promise.all(
    [dataset, dataset.augment(1), dataset.augment(1), dataset.augment(2)].map(first),
  );
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, plain);
  assert.notDeepEqual(one, other);
});

test('the spec opens the same data again, and the hash tells the same', async () => {
  const dataset = (await loadImageNetRecords(fixture('fashion-0*'), TEN)).shuffle(3).take(5);
  const again = await openDataset(JSON.parse(JSON.stringify(dataset.spec)));
  assert.equal(again.hash, dataset.hash);
  assert.deepEqual(again.imageShape, [28, 28, 3]);
  assert.deepEqual(await ids(again), await ids(dataset));
});

test('memory does not grow with the number of images', async () => {
  const image = readFileSync(join(DATA, 'preprocessing', '500x375.jpg'));
  const inputs = Array.from({ length: 900 }, () => ({ image, label: 0 }));
  const [path] = await writeRecords(inputs, join(folder, 'many'));
  const peakMegabytes = (images: number): number => {
    const loader = JSON.stringify(require.resolve('#library/records/loadImageNetRecords'));
    const script = `
      const { loadImageNetRecords } = require(${loader});
      loadImageNetRecords(${JSON.stringify(path)}).then(async (dataset) => {
        let count = 0;
        for await (const { ids } of dataset.take(${images}).batches(32)) count += ids.length;
        console.log(count, process.resourceUsage().maxRSS / 1024);
      });`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    const [count, peak] = stdout.split(' ').map(Number);
    assert.equal(count, images, stderr);
    return peak!;
  };
  // 600 more images are 360 MB of pixels.
  const growth = peakMegabytes(900) - peakMegabytes(300);
  assert.ok(growth < 120, `${growth} MB more`);
});

// Bad records.

const good: Record<string, Feature> = {
  'image/encoded': { bytes: [readFileSync(join(DATA, 'preprocessing', '80x61.jpg'))] },
  'image/class/label': { int64: [3] },
};

/** Records one after the other, each a good one changed. */
function shard(name: string, changes: Record<string, Feature>[]): string {
  const path = join(folder, name);
  const records = changes.map((change) => frameRecord(encodeExample({ ...good, ...change })));
  writeFileSync(path, Buffer.concat(records.flat()));
  return path;
}

const oneBad = {
  'label out of range': [
    { 'image/class/label': { int64: [11] } },
    /record 1 at byte \d+: the label in image\/class\/label is 11, expected 1–10/,
  ],
  'missing label': [
    { 'image/class/label': { float: [1] } },
    /record 1 at byte \d+: a feature is missing: expected one label/,
  ],
  'missing image': [
    { 'image/encoded': { bytes: [] } },
    /record 1 at byte \d+: a feature is missing: expected one image/,
  ],
  'undecodable image': [
    { 'image/encoded': { bytes: ['no image'] } },
    /record 1 at byte \d+: the image cannot be decoded \(.+\); expected JPEG or PNG/,
  ],
} as const;

for (const [name, [change, message]] of Object.entries(oneBad))
  test(`a bad record is an error, or skipped and listed: ${name}`, async () => {
    const path = shard(name, [{}, change as Record<string, Feature>, {}]);
    const strict = await loadImageNetRecords(path, TEN);
    const error = { name: 'RecordError', message };
    await assert.rejects(async () => {
      for await (const batch of strict.batches(8)) assert.fail(`got ${batch.ids}`);
    }, error);

    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const lenient = await loadImageNetRecords(path, { ...TEN, onBadRecord: 'skip' });
    assert.deepEqual(await ids(lenient), [`${name}#0`, `${name}#2`]);
    for await (const { ids: kept } of lenient.batches(8)) assert.equal(kept.length, 2);
    assert.equal(lenient.skipped.length, 1);
    assert.match(lenient.skipped[0]!.message, message);
    assert.ok(lenient.skipped[0]!.message.startsWith(path));
    assert.match((await warned).message, /1 bad record skipped, the first: /);
  });

test('where a file cannot be read on, the next one is', async () => {
  const cut = shard('1-cut', [{}, {}, {}]);
  writeFileSync(cut, readFileSync(cut).subarray(0, -10));
  const text = join(folder, '2-text');
  writeFileSync(text, 'This is no TFRecord file.');
  const files = [cut, text, shard('3-good', [{}])];
  const dataset = await loadImageNetRecords(files, { ...TEN, onBadRecord: 'skip' });
  assert.deepEqual(await ids(dataset), ['1-cut#0', '1-cut#1', '3-good#0']);
  const [first, second] = dataset.skipped.map(({ message }) => message);
  assert.match(first!, /1-cut: record 2 .* The rest of the file cannot be read\./);
  assert.match(second!, /2-text: record 0 at byte 0: not a TFRecord file/);
  await assert.rejects(async () => all(await loadImageNetRecords(files, TEN)), /1-cut: record 2/);
});

test('no images at all, or not as many as said, is an error', async () => {
  const empty = join(folder, 'empty');
  writeFileSync(empty, '');
  const read = async (path: string, options: ImageNetRecordsOptions) =>
    all(await loadImageNetRecords(path, { ...TEN, ...options }));
  await assert.rejects(read(empty, {}), /empty: the files hold no records/);
  const bad = shard('all bad', [{ 'image/class/label': { int64: [0] } }]);
  await assert.rejects(
    read(bad, { onBadRecord: 'skip' }),
    /all records are bad, the first: .*label/,
  );
  const two = shard('two', [{}, {}]);
  assert.equal((await read(two, { numImages: 2 })).length, 2);
  await assert.rejects(read(two, { numImages: 3 }), /hold 2 images, expected 3/);
  assert.equal((await loadImageNetRecords(two, { ...TEN, numImages: 2 })).size, 2);
});

test('ids without names tell files of the same name apart', async () => {
  const path = shard('same', [{}]);
  const copy = join(temporaryFolder(), 'same');
  copyFileSync(path, copy);
  const found = await ids(await loadImageNetRecords([path, copy], TEN));
  assert.equal(new Set(found).size, 2);
});

test('options out of range are refused', async () => {
  const open = (options: object) => loadImageNetRecords(fixture('odd.tfrecord'), options);
  await assert.rejects(open({ size: 0 }), /size: 0; expected a whole number/);
  await assert.rejects(open({ resize: 100 }), /resize: 100; expected at least size, 224/);
  await assert.rejects(open({ numClasses: 3, classNames: ['a'] }), /1 names and numClasses is 3/);
  await assert.rejects(open({ onBadRecord: 'ignore' }), {
    name: 'OptionError',
    message: "onBadRecord: 'ignore'; expected one of throw, skip.",
  });
});
