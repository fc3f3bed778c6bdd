import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { RgbImage } from '#library/images/rgbImage';
import { loadImageNetRecords } from '#library/records/loadImageNetRecords';
import { decodeExample } from '#library/records/tfExample';
import { readRecords } from '#library/records/tfrecord';
import { type RecordInput, writeRecords } from '#library/records/writeRecords';
import { DATA } from './fixtures';
import { temporaryFolder } from './temporary';

const folder = temporaryFolder();
const jpeg = readFileSync(join(DATA, 'preprocessing', '80x61.jpg'));

function noise(seed: number): RgbImage {
  const data = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => (i * seed * 31) % 256);
  return { width: 5, height: 4, data };
}

const inputs: RecordInput[] = [
  { image: jpeg, label: 0, text: 'nought', id: 'first.jpg' },
  { image: noise(1), label: 1, text: 'one', id: 17 },
  { image: noise(2), label: 2 },
];

for (const gzip of [false, true])
  test(`what is written is read back, ${gzip ? 'gzip' : 'plain'}`, async () => {
    const path = join(folder, 'new', `set-${gzip}.tfrecord`);
    assert.deepEqual(await writeRecords(inputs, path, { gzip }), [path]);
    if (gzip) assert.ok(gunzipSync(readFileSync(path)).length > 0);
    const dataset = await loadImageNetRecords(path, { numClasses: 3, classNames: 'text' });
    assert.deepEqual(dataset.classNames, ['nought', 'one', 'class 2']);
    const read = [];
    for await (const example of dataset) read.push(example);
    assert.deepEqual(
      read.map(({ id, label }) => [id, label]),
      [
        ['first.jpg', 0],
        [17, 1],
        [`set-${gzip}.tfrecord#2`, 2],
      ],
    );
    assert.deepEqual(Buffer.from(read[0]!.encoded!), jpeg);
    const image = await read[1]!.image();
    assert.deepEqual(
      { ...image, data: Uint8Array.from(image.data) },
      { width: 5, height: 4, data: noise(1).data },
    );
  });

test('more features are written as they are', async () => {
  const features = {
    pruning_fraction: { float: [0.5] },
    variant_mode_label: { int64: [7] },
    key: { bytes: ['k'] },
  };
  const [path] = await writeRecords([{ image: jpeg, label: 4, features }], join(folder, 'more'));
  for await (const { data } of readRecords(path!, assert.fail)) {
    const { 'image/encoded': _, ...read } = Object.fromEntries(decodeExample(data));
    assert.deepEqual(read, {
      'image/class/label': { int64: [5] },
      ...features,
      key: { bytes: [Buffer.from('k')] },
    });
  }
});

test('shards take turns, and are read as one set', async () => {
  const path = join(mkdtempSync(join(folder, 'shards-')), 'set.tfrecord');
  const many = Array.from({ length: 7 }, (_, id) => ({ image: noise(id), label: 0, id }));
  const files = await writeRecords(many, path, { shards: 3 });
  assert.deepEqual(
    files,
    [0, 1, 2].map((i) => `${path}-0000${i}-of-00003`),
  );
  const ids = [];
  for await (const { id } of await loadImageNetRecords(`${path}-*`)) ids.push(id);
  assert.deepEqual(ids, [0, 3, 6, 1, 4, 2, 5]);
});

test('after a failure there is no file, whole or not', async () => {
  const inside = mkdtempSync(join(folder, 'failing-'));
  async function* failing() {
    for (let id = 0; id < 100; id++) yield { image: jpeg, label: 0, id };
    throw new Error('the source failed');
  }
  await assert.rejects(writeRecords(failing(), join(inside, 'a'), { shards: 2 }), /source failed/);
  await assert.rejects(writeRecords([{ image: jpeg, label: -1 }], join(inside, 'b')), {
    name: 'OptionError',
    message: /label: -1/,
  });
  await assert.rejects(writeRecords([], join(inside, 'c'), { shards: 0 }), /shards: 0/);
  assert.deepEqual(readdirSync(inside), []);
});
