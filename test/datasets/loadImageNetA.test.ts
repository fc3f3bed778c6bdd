import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { IMAGENET_A_CLASSES, IMAGENET_WNIDS } from '../../src/datasets/imagenetClasses';
import { loadImageNetA } from '../../src/datasets/loadImageNetA';
import { DatasetError } from '../../src/errors';
import { writeRecords } from '../../src/records/writeRecords';
import { temporaryFolder } from '../records/temporary';
import { flat, writeFlat } from './pictures';

const root = temporaryFolder();
const STINGRAY = 6;
before(async () => {
  await writeFlat(join(root, 'images', 'n01498041', '0.0001_a.jpg'), 300, [9, 9, 9]);
  await writeFlat(join(root, 'images', 'n12267677', '0.0002_b.jpg'), 300, [9, 9, 9]);
  const name = 'imagenet_a-test.tfrecord-00000-of-00001';
  const row = { image: flat(30, [9, 9, 9]), label: STINGRAY, id: '0.0001_a.jpg' };
  await writeRecords(join(root, 'records', '0.1.0', name), [row]);
  await writeFlat(join(root, 'tench', 'n01440764', 'c.jpg'), 300, [9, 9, 9]);
  await writeFlat(join(root, 'stray', 'cats', 'c.jpg'), 300, [9, 9, 9]);
});

describe('ImageNet’s classes', () => {
  it('are 1,000 WordNet ids in order, of which ImageNet-A has 200', () => {
    assert.equal(new Set(IMAGENET_WNIDS).size, 1000);
    assert.deepEqual([...IMAGENET_WNIDS].sort(), IMAGENET_WNIDS);
    assert.equal(new Set(IMAGENET_A_CLASSES).size, 200);
    // Published: tench, goldfish, …, toilet tissue; ImageNet-A's first are stingray and goldfinch.
    assert.equal(IMAGENET_WNIDS[0], 'n01440764');
    assert.equal(IMAGENET_WNIDS[999], 'n15075141');
    assert.deepEqual(
      IMAGENET_A_CLASSES.slice(0, 2).map((label) => IMAGENET_WNIDS[label]),
      ['n01498041', 'n01531178'],
    );
  });

  const sample = process.env.SBD_IMAGENET_SAMPLE ?? '';
  const skip = !existsSync(sample) && 'set SBD_IMAGENET_SAMPLE to a folder of ImageNet files';
  it('hold the ids of real files', { skip }, () => {
    const ids = readdirSync(sample).flatMap((file) => /^n\d{8}/.exec(file)?.[0] ?? []);
    assert.ok(ids.length > 0 && ids.every((id) => IMAGENET_WNIDS.includes(id)));
  });
});

describe('loadImageNetA', () => {
  it('reads folders by WordNet id, among the 200 classes', async () => {
    const { corruption, severity, data } = await loadImageNetA(join(root, 'images'));
    assert.deepEqual([corruption, severity, data.size], ['imagenet-a', 0, 2]);
    assert.equal(data.numClasses, 1000);
    assert.deepEqual(data.candidates, IMAGENET_A_CLASSES);
    const labels: number[] = [];
    for await (const { label } of data) labels.push(label);
    assert.deepEqual(labels, [STINGRAY, IMAGENET_WNIDS.indexOf('n12267677')]);
  });

  it('reads TFRecords below their version', async () => {
    const { data } = await loadImageNetA(join(root, 'records'), { imageSize: 16 });
    for await (const { id, label } of data) assert.deepEqual([id, label], ['0.0001_a.jpg', 6]);
    assert.deepEqual(data.candidates, IMAGENET_A_CLASSES);
  });

  it('names a folder that is no class, an image outside the 200, and a missing folder', async () => {
    await assert.rejects(loadImageNetA(join(root, 'stray')), /cats: no class has this name/);
    await assert.rejects(loadImageNetA(join(root, 'none')), DatasetError);
    const { data } = await loadImageNetA(join(root, 'tench'));
    await assert.rejects(data.batches(1).next(), /n01440764\/c\.jpg has class 0, .* among the 200/);
  });
});
