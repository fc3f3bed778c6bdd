import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPython, withoutPython } from '../../python';
import { DATA } from '../records/fixtures';
import { temporaryFolder } from '../records/temporary';
import { sbd } from './command';

/** Reads records as TensorFlow's own input pipelines for ImageNet do, and prints them as JSON. */
const READ = `
import glob, hashlib, json, sys
import tensorflow as tf
features = {
    'image/encoded': tf.io.FixedLenFeature([], tf.string),
    'image/class/label': tf.io.FixedLenFeature([], tf.int64),
    'image/class/text': tf.io.FixedLenFeature([], tf.string),
    'image/filename': tf.io.FixedLenFeature([], tf.string),
}
rows = []
for record in tf.data.TFRecordDataset(sorted(glob.glob(sys.argv[1]))):
    row = tf.io.parse_single_example(record, features)
    encoded = row['image/encoded'].numpy()
    rows.append([
        row['image/filename'].numpy().decode(),
        int(row['image/class/label']),
        row['image/class/text'].numpy().decode(),
        hashlib.sha256(encoded).hexdigest(),
        list(tf.io.decode_image(encoded, channels=3).shape),
    ])
print(json.dumps(sorted(rows)))
`;

test('TensorFlow reads back what sbd records writes', { skip: withoutPython('tensorflow') }, () => {
  const root = temporaryFolder();
  const images: [string, string, number, number[]][] = [
    ['finch', '80x61.jpg', 1, [61, 80, 3]],
    ['finch', '201x333.jpg', 1, [333, 201, 3]],
    ['tench', '500x375-evaluation.png', 2, [96, 96, 3]],
  ];
  for (const [name, file] of images) {
    mkdirSync(join(root, 'images', name), { recursive: true });
    copyFileSync(join(DATA, 'preprocessing', file), join(root, 'images', name, file));
  }
  const out = join(root, 'records');
  const written = sbd(['records', join(root, 'images'), out, '--shards', '2', '--name', 'val']);
  assert.equal(written.status, 0, written.stderr);
  const read = spawnSync(findPython('tensorflow')!, ['-c', READ, join(out, 'val.tfrecord-*')], {
    encoding: 'utf8',
  });
  assert.equal(read.status, 0, read.stderr);
  const sha256 = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(DATA, 'preprocessing', file)))
      .digest('hex');
  assert.deepEqual(
    JSON.parse(read.stdout),
    images
      .map(([name, file, label, shape]) => [`${name}/${file}`, label, name, sha256(file), shape])
      .sort((a, b) => (a[0]! < b[0]! ? -1 : 1)),
  );
});
