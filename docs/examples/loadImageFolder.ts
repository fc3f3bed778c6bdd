import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sbd from 'selective-brain-damage';

// One subfolder per class, as ImageNet's validation set has them.
const folder = await mkdtemp(join(tmpdir(), 'images-'));
for (const [label, name] of [
  ['landscape', '500x375.jpg'],
  ['portrait', '201x333.jpg'],
] as const) {
  await mkdir(join(folder, label));
  await copyFile(join('data/preprocessing', name), join(folder, label, name));
}
const data = await sbd.loadImageFolder(folder, { size: 96, resize: 110 });
console.log(`${data.size} images of ${data.imageShape.join(' × ')}`);
for await (const { id, label } of data) console.log(id, data.classNames[label]);
