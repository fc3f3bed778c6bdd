import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sbd from 'selective-brain-damage';

// ImageNet-A has one subfolder per class, named by its WordNet id; this one has a drawn picture.
const folder = await mkdtemp(join(tmpdir(), 'imagenet-a-'));
await mkdir(join(folder, 'n01498041'));
await copyFile('data/preprocessing/500x375.jpg', join(folder, 'n01498041/drawn.jpg'));

const { corruption, severity, data } = await sbd.loadImageNetA(folder);
console.log(corruption, severity, `${data.size} image`);
console.log(`${data.numClasses} classes, of which ${data.candidates?.length} are candidates`);
for await (const { id, label } of data) console.log(id, label);
