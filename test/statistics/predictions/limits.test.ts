import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { perClassTTest } from '#statistics/analysis/perClassTTest';
import { OptionError, PredictionsError } from '#statistics/errors';
import { readPredictions } from '#statistics/predictions/readPredictions';

const HEADER = 'sparsity,replicate,image_id,true_class,predicted_class\n';

describe('the limits of tables', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'limits-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function written(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  const refused = (fields: object, problem: RegExp) => (error: Error) => {
    assert.ok(error instanceof PredictionsError, error.stack);
    for (const [name, value] of Object.entries(fields))
      assert.equal(error[name as keyof PredictionsError], value, name);
    assert.match(error.message, problem);
    return true;
  };

  it('a class is below a number that tables can have rows for', async () => {
    const rows = (...classes: number[]) =>
      HEADER + classes.map((n, i) => `${i % 2 ? 0.9 : 0},0,${i >> 1},0,${n}`).join('\n');
    const path = await written('class.csv', rows(0, 0, 1, 100_000_000));
    await assert.rejects(
      readPredictions(path),
      refused(
        { file: path, row: 4, column: 'predicted_class' },
        /expected a class below 1000000, found '100000000'.*limits: \{ classes/,
      ),
    );
    const most = await readPredictions(await written('most.csv', rows(0, 0, 1, 999_999)));
    assert.equal(perClassTTest(most).length > 0, true);
    const { models } = await readPredictions(path, { limits: { classes: 100_000_001 } });
    assert.equal(models[1]!.predictedClass[1], 100_000_000);
    const columns = {
      image_id: [1],
      true_class: Int32Array.of(7),
      predicted_class: [1],
      sparsity: [0],
    };
    await assert.rejects(
      readPredictions(columns, { limits: { classes: 7 } }),
      refused({ row: 1, column: 'true_class' }, /expected a class below 7, found 7/),
    );
    const top5 = [[1, 2, 3, 4, 2 ** 30]];
    await assert.rejects(
      readPredictions({ ...columns, top5 }),
      refused({ row: 1, column: 'top5' }, /expected a class below 1000000/),
    );
  });

  it('a file has so many columns', async () => {
    const names = Array.from({ length: 10_001 }, (_, i) => `c${i}`).join();
    const path = await written('wide.csv', `${names}\n${names}\n`);
    await assert.rejects(
      readPredictions(path),
      refused(
        { file: path, option: 'limits.columns' },
        /10001 columns, more than the limit of 10000/,
      ),
    );
    const limits = { columns: 20_000 };
    await assert.rejects(
      readPredictions(path, { limits }),
      refused({ file: path, column: 'image_id' }, /Found c0, .*, and 9981 more; expected image_id/),
    );
  });

  it('gzip unpacks to so many bytes', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(HEADER), Buffer.alloc(2 ** 26, '\n')]));
    for (const name of ['bomb.csv.gz', 'bomb.parquet.gz']) {
      const path = await written(name, bomb);
      await assert.rejects(
        readPredictions(path),
        refused(
          { file: path, option: 'limits.unpackedBytes' },
          /unpacks to more than 67108864 bytes/,
        ),
      );
    }
    const rows = `${HEADER}0,0,1,0,0\n`;
    const path = await written('small.csv.gz', gzipSync(rows));
    const limits = { unpackedBytes: rows.length };
    assert.equal((await readPredictions(path, { limits })).imageIds.length, 1);
    await assert.rejects(
      readPredictions(path, { limits: { unpackedBytes: rows.length - 1 } }),
      PredictionsError,
    );
  });

  it('a quote that does not close is found where it opens', async () => {
    const rows = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => `0,0,${from + i},0,0\n`).join('');
    // 6 MB: read as one row, each piece of which would begin it anew.
    for (const [row, last] of [
      [3, 10],
      [1, 400_000],
      [100_000, 500_000],
    ] as const) {
      const text = `${HEADER}${rows(1, row)}"0,0,${row},0,0\n${rows(row + 1, last)}`;
      const path = await written('quote.csv', text);
      await assert.rejects(
        readPredictions(path),
        refused({ file: path, row }, /quote/i),
        `row ${row}`,
      );
    }
    const path = await written('header.csv', `"${HEADER}${rows(0, 5)}`);
    await assert.rejects(readPredictions(path), refused({ file: path, row: 0 }, /quote/i));
  });

  it('are options that are checked', async () => {
    for (const limits of [{ classes: 0 }, { pixels: 5 }, 7, { columns: '3' }])
      await assert.rejects(
        readPredictions('none.csv', { limits } as never),
        (error: Error) =>
          error instanceof OptionError &&
          /limits: .*expected an object of classes/.test(error.message),
      );
  });
});
