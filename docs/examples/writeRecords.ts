import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as sbd from 'selective-brain-damage';

// Three squares of one colour each, spread over two files.
const examples = [0, 100, 200].map((grey, label) => ({
  image: { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3).fill(grey) },
  label,
  id: `grey-${grey}.png`,
}));
const folder = await mkdtemp(join(tmpdir(), 'records-'));
const files = await sbd.writeRecords(examples, join(folder, 'squares.tfrecord'), { shards: 2 });
console.log(files.map((file) => basename(file)));

const data = await sbd.loadImageNetRecords(files, { size: 32, numClasses: 3 });
for await (const example of data)
  console.log(example.id, example.label, (await example.image()).data[0]);
