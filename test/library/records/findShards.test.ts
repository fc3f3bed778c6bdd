import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findShards, hashOf } from '#library/records/findShards';
import { temporaryFolder } from './temporary';

const folder = temporaryFolder();

function make(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
}

async function found(files: string | string[]): Promise<string[]> {
  return (await findShards(files)).map(({ name }) => name);
}

make(
  'val/validation-00001-of-00002',
  'val/validation-00000-of-00002',
  'val/labels.txt',
  'val/.validation-00000-of-00002.tmp',
  'tfds/set-train.tfrecord-00000-of-00001',
  'tfds/set-test.tfrecord-00000-of-00001',
  'own/b.tfrecord',
  'own/a.tfrecord',
  'own/[odd] name.tfrecord',
  'empty/readme.txt',
  'dali/train-00000-of-00003',
  'dali/train-00000-of-00003.idx',
  'dali/train-00001-of-00003',
  'dali/train-00001-of-00003.idx',
  'dali/b.tfrecord.idx',
  'imagenet2012/5.0.0/imagenet2012-validation.tfrecord-00000-of-00001',
  'imagenet2012/5.1.0/imagenet2012-validation.tfrecord-00000-of-00002',
  'imagenet2012/5.1.0/imagenet2012-validation.tfrecord-00001-of-00002',
  'download/.DS_Store',
  'download/imagenet_v2/matched/3.0.0/imagenet_v2-test.tfrecord-00000-of-00001',
);

test('a folder stands for its records, sorted', async () => {
  assert.deepEqual(await found(join(folder, 'val')), [
    'validation-00000-of-00002',
    'validation-00001-of-00002',
  ]);
  assert.deepEqual(await found(join(folder, 'own')), [
    '[odd] name.tfrecord',
    'a.tfrecord',
    'b.tfrecord',
  ]);
});

test('index files of DALI are passed over, and TFDS versions are looked into', async () => {
  const shards = ['train-00000-of-00003', 'train-00001-of-00003'];
  assert.deepEqual(await found(join(folder, 'dali')), shards);
  assert.deepEqual(await found(join(folder, 'dali/train*')), shards);
  await assert.rejects(found(join(folder, 'dali/*.idx')), /index files \(\.idx\) alone/);
  assert.deepEqual(await found(join(folder, 'imagenet2012')), [
    'imagenet2012-validation.tfrecord-00000-of-00002',
    'imagenet2012-validation.tfrecord-00001-of-00002',
  ]);
});

test('the only subfolder is looked into, however deep', async () => {
  assert.deepEqual(await found(join(folder, 'download')), [
    'imagenet_v2-test.tfrecord-00000-of-00001',
  ]);
});

test('a folder with several sets, or none, is an error that names the way out', async () => {
  await assert.rejects(found(join(folder, 'tfds')), {
    name: 'RecordError',
    message: /several sets .*set-test\.tfrecord-\*-of-\*, .*set-train\.tfrecord-\*-of-\*/,
  });
  await assert.rejects(found(join(folder, 'empty')), /empty: the folder holds no TFRecord files/);
});

test('a pattern stands for what it matches, sorted; nothing is an error', async () => {
  assert.deepEqual(await found(join(folder, '*/*-of-00002')), [
    'validation-00000-of-00002',
    'validation-00001-of-00002',
  ]);
  assert.deepEqual(await found(join(folder, '**/{a,b}.tfrecord')), ['a.tfrecord', 'b.tfrecord']);
  await assert.rejects(found(join(folder, 'val/*.tfrecord')), /no file matches this pattern/);
  await assert.rejects(found(join(folder, 'none')), /none: there is no such file or folder/);
  await assert.rejects(found([]), /list of TFRecord files is empty/);
});

test('a list keeps its order, and a file named twice is read once', async () => {
  const b = join(folder, 'own/b.tfrecord');
  assert.deepEqual(await found([b, join(folder, 'own/*'), b]), [
    'b.tfrecord',
    '[odd] name.tfrecord',
    'a.tfrecord',
  ]);
});

test('a file whose name looks like a pattern is taken as it is', async () => {
  assert.deepEqual(await found(join(folder, 'own/[odd] name.tfrecord')), ['[odd] name.tfrecord']);
});

test('names start at the common folder, and the hash follows names and sizes', async () => {
  const both = [join(folder, 'own/a.tfrecord'), join(folder, 'val/labels.txt')];
  const shards = await findShards(both);
  assert.deepEqual(
    shards.map(({ name, bytes }) => [name, bytes]),
    [
      ['own/a.tfrecord', 'own/a.tfrecord'.length],
      ['val/labels.txt', 'val/labels.txt'.length],
    ],
  );
  make('elsewhere/own/a.tfrecord', 'elsewhere/val/labels.txt');
  const moved = await findShards(
    both.map((path) => path.replace(folder, join(folder, 'elsewhere'))),
  );
  assert.notEqual(hashOf(moved), hashOf(shards));
  assert.equal(
    hashOf(moved.map((shard, i) => ({ ...shard, bytes: shards[i]!.bytes }))),
    hashOf(shards),
  );
});
