import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { IMAGENET_A_CLASSES, IMAGENET_WNIDS } from '#library/datasets/imagenetClasses';
import { loadImageNetA } from '#library/datasets/loadImageNetA';
import { DatasetError } from '#statistics/errors';
import { temporaryFolder } from '../records/temporary';
import { flat, writeFlat } from './pictures';
import { writeTfds } from './tfds';

const root = temporaryFolder();
const STINGRAY = 6;
before(async () => {
  await writeFlat(join(root, 'images', 'n01498041', '0.0001_a.jpg'), 300, [9, 9, 9]);
  await writeFlat(join(root, 'images', 'n12267677', '0.0002_b.jpg'), 300, [9, 9, 9]);
  const name = 'imagenet_a-test.tfrecord-00000-of-00001';
  const rows = [{ label: STINGRAY, name: '0.0001_a.jpg' }];
  await writeTfds(join(root, 'records', '0.1.0', name), flat(30, [9, 9, 9]), rows);
  await writeFlat(join(root, 'tench', 'n01440764', 'c.jpg'), 300, [9, 9, 9]);
  await writeFlat(join(root, 'stray', 'cats', 'c.jpg'), 300, [9, 9, 9]);
});

describe('ImageNet’s classes', () => {
  it('are 1,000 WordNet ids in order, of which ImageNet-A has 200', () => {
    assert.equal(new Set(IMAGENET_WNIDS).size, 1000);
    assert.equal(new Set(IMAGENET_A_CLASSES).size, 200);
    const sha256 = (list: readonly unknown[]) =>
      createHash('sha256').update(list.join('\n')).digest('hex');
    // Of the authors' lists: `all_wnids` in eval.py of hendrycks/imagenet-r, and what
    // `thousand_k_to_200` keeps in eval.py of hendrycks/natural-adv-examples.
    assert.equal(
      sha256(IMAGENET_WNIDS),
      '385e0240499426c022b773be1ae4da780f057b89c9694c7f47199f62746b6edd',
    );
    assert.equal(
      sha256(IMAGENET_A_CLASSES),
      'c956c2f04f2a0ba30587c4bf245a23598ffd1021e43d986ddf43c92f5d1b3990',
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

  it('predicts among all 1,000 classes where it is told to', async () => {
    const { data } = await loadImageNetA(join(root, 'images'), { candidates: 'all' });
    assert.equal(data.candidates, undefined);
    assert.equal(data.size, 2);
  });

  it('reads TFRecords below their version', async () => {
    const { data } = await loadImageNetA(join(root, 'records'), { size: 16 });
    const rows: unknown[] = [];
    for await (const { id, label } of data) rows.push([id, label]);
    assert.deepEqual(rows, [['0.0001_a.jpg', STINGRAY]]);
    assert.deepEqual(data.candidates, IMAGENET_A_CLASSES);
  });

  it('names a folder that is no class, an image outside the 200, and a missing folder', async () => {
    await assert.rejects(loadImageNetA(join(root, 'stray')), /cats: no class has this name/);
    await assert.rejects(loadImageNetA(join(root, 'none')), DatasetError);
    const { data } = await loadImageNetA(join(root, 'tench'));
    await assert.rejects(
      data.batches(1).next(),
      /n01440764\/c\.jpg has class 0, .* the 200 classes/,
    );
  });
});
