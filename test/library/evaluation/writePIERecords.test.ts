import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ImageDataset } from '#library/datasets/imageDataset';
import type { Example } from '#library/datasets/types';
import { writePIERecords } from '#library/evaluation/writePIERecords';
import { loadImageNetRecords } from '#library/records/loadImageNetRecords';
import { decodeExample } from '#library/records/tfExample';
import { readRecords } from '#library/records/tfrecord';
import { OptionError, PredictionsError } from '#statistics/errors';
import type { Predictions } from '#statistics/predictions/predictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { temporaryPath } from '#statistics/temporaries';
import { flat } from '../datasets/pictures';
import { fixture } from '../records/fixtures';
import { temporaryFolder } from '../records/temporary';

const root = temporaryFolder();

/** Four images of classes 0–3, each in its own grey; `order` is the order of the stream. */
function greys(order: readonly number[], label = (id: number) => id): ImageDataset {
  return new ImageDataset({
    name: 'greys',
    classNames: ['a', 'b', 'c', 'd'],
    imageShape: [8, 8, 3],
    hash: 'none',
    async *examples() {
      for (const id of order)
        yield { id, label: label(id), image: () => flat(8, [id, id, id]) } as Example;
    },
  });
}

const model = (sparsity: number, replicate: number, labels: number[]) => ({
  ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
  predictedClass: Int32Array.from(labels),
  confidence: Float32Array.from([0.5, 0.25, 0.75, 1]).map((value) => value / (replicate + 1)),
});
/** The modal label of images 1 and 3 changes at 0.9, of none at 0.5. */
const predictions: Predictions = {
  imageIds: [0, 1, 2, 3],
  trueClass: Int32Array.of(0, 1, 2, 3),
  models: [
    model(0, 0, [0, 1, 2, 3]),
    model(0, 1, [0, 1, 2, 3]),
    model(0.5, 0, [0, 1, 2, 3]),
    model(0.9, 0, [0, 2, 2, 0]),
  ],
};

async function featuresIn(file: string) {
  const rows: Record<string, unknown>[] = [];
  const fail = (error: Error) => {
    throw error;
  };
  for await (const { data } of readRecords(file, fail))
    rows.push(
      Object.fromEntries(
        [...decodeExample(data)].map(([name, feature]) => [name, Object.values(feature)[0][0]]),
      ),
    );
  return rows;
}

describe('writePIERecords', () => {
  it('has the features that the authors’ tool wrote, by name and kind', async () => {
    await writePIERecords(predictions, greys([3, 2, 1, 0]), join(root, 'all'));
    const kinds = async (file: string) => {
      const fail = (error: Error) => {
        throw error;
      };
      for await (const { data } of readRecords(file, fail))
        return [...decodeExample(data)].map(([name, f]) => `${name}: ${Object.keys(f)}`).sort();
      return [];
    };
    // TensorFlow wrote this file with the features of the authors' code.
    assert.deepEqual(
      await kinds(join(root, 'all', 'variant=pruned 0.9', 'pie.tfrecord')),
      await kinds(fixture('fashion-pies.tfrecord')),
    );
  });

  it('splits the images of each variant and tells what was predicted', async () => {
    const written = await writePIERecords(predictions, greys([3, 2, 1, 0]), join(root, 'split'));
    const file = (level: string, name: string) => join(root, 'split', level, `${name}.tfrecord`);
    assert.deepEqual(written, [
      {
        variant: 'pruned 0.5',
        sparsity: 0.5,
        pie: [],
        non_pie: [file('variant=pruned 0.5', 'non_pie')],
      },
      {
        ...{ variant: 'pruned 0.9', sparsity: 0.9 },
        pie: [file('variant=pruned 0.9', 'pie')],
        non_pie: [file('variant=pruned 0.9', 'non_pie')],
      },
    ]);
    assert.ok(!existsSync(file('variant=pruned 0.5', 'pie')));
    const [first] = await featuresIn(file('variant=pruned 0.9', 'pie'));
    const { 'image/encoded': encoded, pruning_fraction: fraction, ...rest } = first!;
    assert.ok(Buffer.isBuffer(encoded));
    assert.equal(fraction, Math.fround(0.9));
    assert.deepEqual(rest, {
      key: Buffer.from('3'),
      'image/class/label': 3,
      stored_class_label: 3,
      image_index: 3,
      baseline_n: 2,
      variant_n: 1,
      baseline_mean_probability: 0.75,
      variant_mean_probability: 1,
      variant_mode_label: 0,
      baseline_mode_label: 3,
    });
  });

  it('leaves no file of an earlier run, and those of the last one where it fails', async () => {
    const folder = join(root, 'again');
    const write = (data: ImageDataset, of: Predictions, options = {}) =>
      writePIERecords(of, data, folder, { variant: 'pruned 0.9', ...options });
    const level = join(folder, 'variant=pruned 0.9');
    await write(greys([0, 1, 2, 3]), predictions, { shards: 2 });
    const two = readdirSync(level).sort();
    assert.equal(two.length, 4);
    const bytes = () => two.map((name) => readFileSync(join(level, name)));
    const before = bytes();
    await assert.rejects(write(greys([0, 1, 2]), predictions), /lacks image 3/);
    assert.deepEqual(bytes(), before);
    await writeFile(join(level, 'notes.txt'), 'mine');
    // What a run leaves that is killed while it writes.
    const left = temporaryPath(level);
    await mkdir(left);
    await writeFile(join(left, 'pie.tfrecord-00000-of-00009'), '');
    await write(greys([0, 1, 2, 3]), predictions);
    assert.deepEqual(readdirSync(level).sort(), ['non_pie.tfrecord', 'notes.txt', 'pie.tfrecord']);
    const unhurt = predictions.models.map((one) => ({
      ...one,
      predictedClass: Int32Array.of(0, 1, 2, 3),
    }));
    await write(greys([0, 1, 2, 3]), { ...predictions, models: unhurt });
    assert.deepEqual(readdirSync(level).sort(), ['non_pie.tfrecord', 'notes.txt']);
    assert.deepEqual(readdirSync(folder), ['variant=pruned 0.9']);
  });

  it('keeps the files of a variant in its folder, whatever its name', async () => {
    const folder = join(root, 'named');
    const models = predictions.models.map((model) =>
      model.sparsity === 0.9 ? { ...model, variant: '..a/int8' } : model,
    );
    await writePIERecords({ ...predictions, models }, greys([0, 1, 2, 3]), folder);
    assert.deepEqual(readdirSync(folder).sort(), ['variant=..a%2Fint8', 'variant=pruned 0.5']);
    const out = models.map((model) =>
      model.sparsity === 0.9 ? { ...model, variant: '../int8' } : model,
    );
    await assert.rejects(
      writePIERecords({ ...predictions, models: out }, greys([0, 1, 2, 3]), folder),
      /variant: expected a name, found "\.\.\/int8", which reads as a path/,
    );
  });

  it('is read back as a data set', async () => {
    const [, { pie, non_pie }] = (await writePIERecords(
      predictions,
      greys([0, 1, 2, 3]),
      join(root, 'read'),
    )) as [unknown, { pie: string[]; non_pie: string[] }];
    const seen: unknown[] = [];
    for (const files of [pie, non_pie])
      for await (const example of await loadImageNetRecords(files, { labelBase: 0, numClasses: 4 }))
        seen.push([example.id, example.label, (await example.image()).data[0]]);
    assert.deepEqual(seen, [
      ['1', 1, 1],
      ['3', 3, 3],
      ['0', 0, 0],
      ['2', 2, 2],
    ]);
  });

  it('names an image that the data set lacks or labels otherwise, and an unknown variant', async () => {
    const attempt = (data: ImageDataset, options = {}) =>
      writePIERecords(predictions, data, join(root, 'bad'), options);
    await assert.rejects(attempt(greys([0, 1, 2]), { variant: 0.9 }), (error: Error) => {
      assert.ok(error instanceof PredictionsError);
      assert.match(error.message, /greys lacks image 3 of the predictions/);
      return true;
    });
    await assert.rejects(
      attempt(
        greys([0, 1, 2, 3], () => 0),
        { variant: 0.9 },
      ),
      /image 1 has class 0, in the predictions it has 1/,
    );
    await assert.rejects(attempt(greys([0]), { variant: 0.7 }), (error: Error) => {
      assert.ok(error instanceof OptionError);
      assert.match(
        error.message,
        /variant: 0\.7; expected a variant or a sparsity of: pruned 0\.5, pruned 0\.9/,
      );
      return true;
    });
  });
});
