import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sbd from 'selective-brain-damage';

// <corruption>/<severity>/<WordNet id>/ as ImageNet-C is published; here one drawn picture in each.
const folder = await mkdtemp(join(tmpdir(), 'imagenet-c-'));
for (const corruption of ['fog', 'snow'])
  for (const severity of ['1', '2', '3', '4', '5']) {
    const ofClass = join(folder, corruption, severity, 'n01440764');
    await mkdir(ofClass, { recursive: true });
    await copyFile('data/preprocessing/80x61.jpg', join(ofClass, 'drawn.JPEG'));
  }
const sets = await sbd.loadImageNetC(folder, { severities: [1, 5] });
for (const { corruption, severity, data } of sets)
  console.log(corruption, severity, `${data.size} image of ${data.numClasses} classes`);
