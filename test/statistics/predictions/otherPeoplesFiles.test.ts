import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { OptionError } from '#statistics/errors';
import type { Predictions } from '#statistics/predictions/predictions';
import { type PredictionRow, readPredictions } from '#statistics/predictions/readPredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'others-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}
const lines = (...rows: string[]) => `${rows.join('\n')}\n`;
const models = ({ models }: Predictions) =>
  models.map(({ variant, sparsity, replicate }) => [variant, sparsity, replicate]);

describe('variants', () => {
  test('are named by their column, one model a side without replicate or sparsity', async () => {
    const path = await file(
      'pair.csv',
      lines('variant,image_id,true_class,predicted_class', 'int8,1,0,1', 'fp32,1,0,0'),
    );
    const predictions = await readPredictions(path);
    assert.deepEqual(models(predictions), [
      ['int8', Number.NaN, 0],
      ['fp32', Number.NaN, 0],
    ]);
  });

  test('may be called None, and are missing where a table says NA', async () => {
    const header = 'variant,sparsity,image_id,true_class,predicted_class';
    const none = await file('none.csv', lines(header, 'None,None,1,0,0', 'int8,null,1,0,0'));
    assert.deepEqual(models(await readPredictions(none)), [
      ['None', Number.NaN, 0],
      ['int8', Number.NaN, 0],
    ]);
    const neither = await file('neither.csv', lines(header, 'int8,,1,0,0', 'NA,N/A,1,0,0'));
    await assert.rejects(readPredictions(neither), {
      message: `${neither}, row 2, column variant: expected a name, found 'NA', and 'N/A' as sparsity.`,
    });
  });

  test('are named by their files, by the option, or by hive parts', async () => {
    const table = (label: number) => lines('image_id,true_class,predicted_class', `7,0,${label}`);
    const fp32 = await file('by-name/fp32.csv', table(0));
    const int8 = await file('by-name/int8.csv', table(1));
    assert.deepEqual(models(await readPredictions([fp32, int8])), [
      ['fp32', Number.NaN, 0],
      ['int8', Number.NaN, 0],
    ]);
    const named = await readPredictions(join(folder, 'by-name'), {
      variants: { 'fp32.csv': 'dense', 'int8.csv': 'dense' },
    });
    assert.deepEqual(models(named), [
      ['dense', Number.NaN, 0],
      ['dense', Number.NaN, 1],
    ]);
    await assert.rejects(readPredictions(int8, { variants: { 'int4.csv': 'int4' } }), {
      name: 'OptionError',
      message: /variants: no file is named int4\.csv; there are .*int8\.csv/,
    });
    await file('hive/variant=half%20size/replicate=3/part-0.csv', table(0));
    await file('hive/variant=half%20size/replicate=4/data.csv', table(0));
    await file('hive/sparsity=0.9/part-0.csv', table(1));
    assert.deepEqual(models(await readPredictions(join(folder, 'hive'))), [
      ['pruned 0.9', 0.9, 0],
      ['half size', Number.NaN, 3],
      ['half size', Number.NaN, 4],
    ]);
  });

  test('that hive parts name may lie in several files of one model', async () => {
    const header = 'image_id,true_class,predicted_class';
    await file('parts/variant=int8/part-0.csv', lines(header, '1,0,0'));
    await file('parts/variant=int8/part-1.csv', lines(header, '2,1,0'));
    const predictions = await readPredictions(join(folder, 'parts'));
    assert.deepEqual(models(predictions), [['int8', Number.NaN, 0]]);
    assert.deepEqual(predictions.imageIds, [1, 2]);
  });

  test('of measured sparsities are one where these differ by less than 0.001', async () => {
    const rows = [0.899987, 0.9, 0.900013, 0].map((sparsity) => ({
      ...{ sparsity, image_id: 1, true_class: 0, predicted_class: 0 },
    }));
    assert.deepEqual(models(await readPredictions(rows)), [
      ['dense', 0, 0],
      ['pruned 0.9', 0.9, 0],
      ['pruned 0.9', 0.9, 1],
      ['pruned 0.9', 0.9, 2],
    ]);
    assert.deepEqual(models(await readPredictions([rows[0]!])), [['pruned 0.9', 0.899987, 0]]);
    const twice = rows.map((row) => ({ ...row, replicate: 0 }));
    await assert.rejects(readPredictions(twice), /Two models of pruned 0\.9 have replicate 0/);
    const unclear = rows.map((row) => ({ ...row, variant: 'pruned' }));
    await assert.rejects(
      readPredictions(unclear),
      /variant pruned has models of sparsity 0\.9 and of 0;/,
    );
  });

  test('come back from the folder that they are written into, their names never paths', async () => {
    const rows = ['/x..', 'int8', 'a/b c', 'ü=%2F'].flatMap((variant) =>
      [0, 1].map((replicate) => ({
        ...{ variant, replicate, image_id: 'i', true_class: 0, predicted_class: 1 },
      })),
    );
    const predictions = await readPredictions(rows);
    const place = join(folder, 'written');
    const files = await writePredictions(predictions, place);
    for (const path of files) assert.ok(path.startsWith(join(place, 'variant=')), path);
    const back = await readPredictions(place);
    const sorted = (p: Predictions) => p.models.map(({ variant }) => variant).sort();
    assert.deepEqual(sorted(back), sorted(predictions));
    assert.deepEqual(await readPredictions(files), predictions);
  });

  test('are refused as names of folders where they read as paths, or are too long', async () => {
    const place = join(folder, 'refused');
    for (const variant of ['../../x', '..', 'a\\..\\b', 'a/../b', 'a\nb', 'x'.repeat(300)]) {
      const row = { variant, image_id: 'i', true_class: 0, predicted_class: 1 };
      const predictions = await readPredictions([row]);
      await assert.rejects(writePredictions(predictions, place), (error: Error) => {
        assert.ok(error instanceof OptionError, error.stack);
        assert.match(error.message, /^variant: .*(Choose one without|give at most 200)/);
        return true;
      });
    }
    assert.ok(!existsSync(place));
  });
});

describe('classes', () => {
  const rows = (labels: [string | number, string | number][], variant = 'a'): PredictionRow[] =>
    labels.map(([true_class, predicted_class], image_id) => ({
      ...{ variant, image_id, true_class, predicted_class },
    }));

  test('are named, their order sorted with numerals by value, or as classNames says', async () => {
    const labelled = rows([
      ['dog', 'cat'],
      ['10', 'dog'],
      ['9', '10'],
    ]);
    const sorted = await readPredictions(labelled);
    assert.deepEqual(sorted.classNames, ['9', '10', 'cat', 'dog']);
    assert.deepEqual([...sorted.trueClass], [3, 1, 0]);
    assert.deepEqual([...sorted.models[0]!.predictedClass], [2, 3, 1]);
    const classNames = ['dog', 'cat', '9', '10'];
    const ordered = await readPredictions(labelled, { classNames });
    assert.deepEqual([...ordered.trueClass], [0, 3, 2]);
    await assert.rejects(readPredictions(labelled, { classNames: ['dogs', '9', '10'] }), {
      message: /row 1, column true_class: 'dog' is not in classNames; the nearest name is 'dogs'/,
    });
  });

  test('of which the first file has none but numerals are names where a later one has words', async () => {
    const header = 'variant,image_id,true_class,predicted_class,top5';
    const first = await file(
      'classes/1.csv',
      lines(header, 'a,1,10,9,"[9, 10]"', 'b,1,10,10,"[10, 7]"'),
    );
    const second = await file(
      'classes/2.csv',
      lines(header, `a,2,cat,cat,"['cat', '10']"`, 'b,2,cat,9,"[9, cat]"'),
    );
    const { classNames, trueClass, models } = await readPredictions([first, second]);
    assert.deepEqual(classNames, ['7', '9', '10', 'cat']);
    assert.deepEqual([...trueClass], [2, 3]);
    assert.deepEqual([...models[0]!.top5!], [1, 2, 3, 2]);
    assert.deepEqual([...models[1]!.predictedClass], [2, 1]);
    assert.deepEqual([...models[1]!.top5!], [2, 0, 1, 3]);
  });

  test('of numbers beyond classNames are an error beside names too', async () => {
    const path = await file(
      'classes/beyond.csv',
      lines('variant,image_id,true_class,predicted_class', 'a,1,5,cat', 'b,1,5,dog'),
    );
    await assert.rejects(readPredictions(path, { classNames: ['cat', 'dog'] }), {
      message: /image 1 has true_class 5, and there are names of 2 classes/,
    });
  });

  test('that are numbers in one column and names in another need classNames', async () => {
    const mixed = rows([
      [1, 'dog'],
      [0, 'cat'],
    ]);
    await assert.rejects(readPredictions(mixed), {
      message: /row 1, column predicted_class: found the name 'dog', and another column holds num/,
    });
    const { trueClass, models } = await readPredictions(mixed, { classNames: ['cat', 'dog'] });
    assert.deepEqual([...trueClass], [...models[0]!.predictedClass]);
  });
});

describe('columns and groups', () => {
  const path = () =>
    file(
      'others.csv',
      lines('id,label,pred,sex,age', 'x.png,0,1,f,31', 'y.png,1,1,m,40', 'z.png,0,0,f,29.5'),
    );

  test('have the names that other people gave them', async () => {
    const columns = { image_id: 'id', true_class: 'label', predicted_class: 'pred' };
    const predictions = await readPredictions(await path(), {
      columns,
      groups: ['sex', 'age'],
      variants: { 'others.csv': 'int8' },
    });
    assert.deepEqual(predictions.imageIds, ['x.png', 'y.png', 'z.png']);
    assert.deepEqual(predictions.groups, { sex: ['f', 'm', 'f'], age: [31, 40, 29.5] });
    const place = join(folder, 'with-groups');
    await writePredictions(predictions, place);
    const back = await readPredictions(place, { groups: ['sex', 'age'] });
    assert.deepEqual(back, predictions);
  });

  test('that are missing are named with the nearest there is, and how to map it', async () => {
    await assert.rejects(readPredictions(await path()), {
      name: 'PredictionsError',
      message:
        /no column image_id\. Found id, label, pred, sex, age; .*\{ columns: \{ image_id: '\w+' \} \}/,
    });
    await assert.rejects(readPredictions(await path(), { columns: { image: 'id' } }), {
      name: 'OptionError',
      message: /predictions have no column image\. Did you mean image_id\?/,
    });
    await assert.rejects(
      readPredictions(await path(), { columns: { image_id: 'name' } }),
      /no column name/,
    );
  });

  test('of a group have one value per image', async () => {
    const rows = [0, 1].map((replicate) => ({
      ...{ variant: 'a', replicate, image_id: 5, true_class: 0, predicted_class: 0 },
      sex: replicate === 0 ? 'f' : 'm',
    }));
    await assert.rejects(
      readPredictions(rows, { groups: ['sex'] }),
      /row 2, column sex: image 5 has m here and f in an earlier row/,
    );
  });
});

describe('cells', () => {
  const header = 'sparsity,replicate,image_id,true_class,predicted_class';

  test('are read from CSV, TSV and their gzipped forms, whatever the case of the ending', async () => {
    const csv = lines(header, '0,0,1,3,3', '0,0,2,4,3');
    const expected = await readPredictions(await file('forms/plain.csv', csv));
    assert.deepEqual(await readPredictions(await file('forms2/a.csv.gz', gzipSync(csv))), expected);
    const tsv = csv.replaceAll(',', '\t');
    assert.deepEqual(await readPredictions(await file('forms2/a.TSV', tsv)), expected);
    assert.deepEqual(await readPredictions(await file('forms2/b.tsv.GZ', gzipSync(tsv))), expected);
    await file('case/a.csv', csv);
    await file('case/B.CSV', csv.replaceAll('\n0,0', '\n0,1'));
    assert.equal((await readPredictions(join(folder, 'case'))).models.length, 2);
  });

  test('that are too many or too few for the header are an error with file and row', async () => {
    const path = await file('cells.csv', lines(header, '0,0,1,3,3', '0,0,a, b,4,3'));
    await assert.rejects(readPredictions(path), {
      message: `${path}, row 2: 6 cells, and the header has 5. Quote cells that hold the delimiter by ".`,
    });
    const short = await file('short.csv', lines(header, '0,0,1,3'));
    await assert.rejects(readPredictions(short), /row 1: 4 cells, and the header has 5/);
  });

  test('in another encoding are an error, or read with the option', async () => {
    const latin = Buffer.from(lines(header, '0,0,café.png,3,3'), 'latin1');
    const path = await file('latin.csv', latin);
    await assert.rejects(readPredictions(path), {
      name: 'PredictionsError',
      message: /latin\.csv: not utf-8 text, after byte 0\. Name its encoding/,
    });
    const { imageIds } = await readPredictions(path, { encoding: 'latin1' });
    assert.deepEqual(imageIds, ['café.png']);
    await assert.rejects(readPredictions(path, { encoding: 'klingon' }), { name: 'OptionError' });
  });

  test('that hold no number are quoted, with what may have been meant', async () => {
    const refuses = async (cell: string, column: string, pattern: RegExp) => {
      const columns = { sparsity: '0.5', image_id: '1', confidence: '0.5', [column]: `"${cell}"` };
      const path = await file(
        'quoted.csv',
        lines(
          'sparsity,replicate,image_id,true_class,predicted_class,confidence',
          `${columns.sparsity},0,${columns.image_id},3,3,${columns.confidence}`,
        ),
      );
      await assert.rejects(readPredictions(path), (error: Error) => {
        assert.match(error.message, new RegExp(`row 1, column ${column}`));
        assert.match(error.message, pattern);
        return true;
      });
    };
    await refuses('90%', 'sparsity', /found '90%'\. Give 0\.9 for 90%\./);
    await refuses('0,93', 'confidence', /found '0,93'\. Write 0\.93\./);
    await refuses('', 'confidence', /found nothing/);
    await refuses('high', 'confidence', /found 'high'/);
  });

  test('with 64-bit ids are exact, and 1.0 of a column with a gap is 1', async () => {
    const ids = BigUint64Array.of(2n ** 63n + 1n, 7n);
    const memory = { variant: ['a', 'a'], image_id: ids as unknown as ArrayLike<number> };
    const labels = { true_class: [0, 0], predicted_class: [0, 0] };
    const predictions = await readPredictions({ ...memory, ...labels });
    assert.deepEqual(predictions.imageIds, ['7', '9223372036854775809']);
    const gap = await file('gap.csv', lines(header, '0,0,1.0,3,3', '0,0,22.0,3,3'));
    assert.deepEqual((await readPredictions(gap)).imageIds, [1, 22]);
  });

  test('with ids that are numbers in one file and names in another are of one image', async () => {
    const table = (...ids: string[]) =>
      lines('image_id,true_class,predicted_class', ...ids.map((id) => `${id},0,0`));
    await file('ids/fp32.csv', table('7', '10'));
    await file('ids/int8.csv', table('10', '7'));
    assert.deepEqual((await readPredictions(join(folder, 'ids'))).imageIds, [7, 10]);
    const named = ['10', '7'].map((image_id) => ({
      ...{ variant: 'int4', image_id, true_class: 0, predicted_class: 1 },
    }));
    await writePredictions(await readPredictions(named), join(folder, 'ids'));
    const { imageIds, models } = await readPredictions(join(folder, 'ids'));
    assert.deepEqual(imageIds, ['10', '7']);
    assert.deepEqual(
      models.map(({ variant }) => variant),
      ['fp32', 'int8', 'int4'],
    );
  });
});
