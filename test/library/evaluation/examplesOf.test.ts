import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ImageDataset } from '#library/datasets/imageDataset';
import type { Example } from '#library/datasets/types';
import { examplesOf } from '#library/evaluation/examplesOf';
import { PredictionsError } from '#statistics/errors';

/** Images 0 to 9, the odd ones of class 1, and how many of them were read. */
function numbers() {
  const counter = { read: 0 };
  const dataset = new ImageDataset({
    name: 'numbers',
    classNames: ['even', 'odd'],
    imageShape: [1, 1, 3],
    hash: 'numbers',
    async *examples() {
      for (let id = 0; id < 10; id++) {
        counter.read++;
        yield { id, label: id % 2 } as Example;
      }
    },
  });
  return { dataset, counter };
}

const row = (image_id: number, true_class = image_id % 2) => ({ image_id, true_class });

async function collect(dataset: ImageDataset, rows: ReturnType<typeof row>[]) {
  const found: [unknown, unknown][] = [];
  for await (const { example, row } of examplesOf(dataset, rows)) found.push([example.id, row]);
  return found;
}

describe('examplesOf', () => {
  it("gives each image its row, in the data set's order, and reads no further than the last", async () => {
    const { dataset, counter } = numbers();
    const rows = [row(5), row(2)];
    assert.deepEqual(await collect(dataset, rows), [
      [2, rows[1]],
      [5, rows[0]],
    ]);
    assert.equal(counter.read, 6);
  });

  it('reads nothing for no rows', async () => {
    const { dataset, counter } = numbers();
    assert.deepEqual(await collect(dataset, []), []);
    assert.equal(counter.read, 0);
  });

  it('finds images by the paths that another program gave them', async () => {
    const dataset = new ImageDataset({
      ...{ name: 'folder', classNames: ['a', 'b'], imageShape: [1, 1, 3], hash: 'folder' },
      async *examples() {
        for (const id of ['a/1.png', 'a/2.png', 'b/1.png'])
          yield { id, label: id.startsWith('b') ? 1 : 0 } as Example;
      },
    });
    const rows = [
      { image_id: '/data/val/b/1.png', true_class: 1 },
      { image_id: 'a/1.png', true_class: 0 },
      { image_id: '2.png', true_class: 0 },
    ];
    const found: unknown[] = [];
    for await (const { example, row } of examplesOf(dataset, rows))
      found.push([example.id, row.image_id]);
    assert.deepEqual(found, [
      ['a/1.png', 'a/1.png'],
      ['a/2.png', '2.png'],
      ['b/1.png', '/data/val/b/1.png'],
    ]);
  });

  it('names an image that is missing, or is of another class', async () => {
    const { dataset } = numbers();
    const refuses = (rows: ReturnType<typeof row>[], message: RegExp) =>
      assert.rejects(collect(dataset, rows), (error: Error) => {
        assert.ok(error instanceof PredictionsError);
        assert.match(error.message, message);
        return true;
      });
    await refuses(
      [row(3), row(12)],
      /^numbers lacks image 12 of the predictions; its ids are such as 0, 1\./,
    );
    await refuses([row(4, 1)], /^numbers: image 4 has class 0, .* 1; pass the data set that/);
  });
});
