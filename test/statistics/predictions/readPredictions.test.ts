import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { PredictionsError } from '#statistics/errors';
import type { Predictions } from '#statistics/predictions/predictions';
import {
  type PredictionColumns,
  type PredictionRow,
  readPredictions,
} from '#statistics/predictions/readPredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';

const ROWS: readonly PredictionRow[] = [
  { sparsity: 0, replicate: 0, image_id: 1, true_class: 3, predicted_class: 3 },
  { sparsity: 0, replicate: 0, image_id: 2, true_class: 4, predicted_class: 3 },
  { sparsity: 0.9, replicate: 1, image_id: 1, true_class: 3, predicted_class: 5 },
  { sparsity: 0.9, replicate: 1, image_id: 2, true_class: 4, predicted_class: 4 },
];
const COMPLETE: readonly PredictionRow[] = ROWS.map((row, i) => ({
  ...row,
  confidence: 0.25 * (i + 1),
  top5: [row.predicted_class, 10, 11, 12, 13 + i],
}));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'predictions-'));
});
after(() => rm(folder, { recursive: true }));

async function csv(name: string, ...lines: string[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

type Numbers = Record<'sparsity' | 'replicate' | 'true_class' | 'predicted_class', number[]>;

function columnsOf(rows: readonly PredictionRow[]): PredictionColumns & Numbers {
  const names = Object.keys(rows[0]!) as (keyof PredictionRow)[];
  return Object.fromEntries(
    names.map((name) => [name, rows.map((row) => row[name])]),
  ) as unknown as PredictionColumns & Numbers;
}

function csvLines(rows: readonly PredictionRow[]): string[] {
  const names = Object.keys(rows[0]!) as (keyof PredictionRow)[];
  return [
    names.join(),
    ...rows.map((row) =>
      names
        .map((name) =>
          name === 'top5' ? `"[${[...(row.top5 as number[])].join(', ')}]"` : row[name],
        )
        .join(),
    ),
  ];
}

describe('readPredictions', () => {
  test('takes rows and columns in memory, with and without the optional columns', async () => {
    const expected: Predictions = {
      imageIds: [1, 2],
      trueClass: Int32Array.of(3, 4),
      models: [
        { variant: 'dense', sparsity: 0, replicate: 0, predictedClass: Int32Array.of(3, 3) },
        { variant: 'pruned 0.9', sparsity: 0.9, replicate: 1, predictedClass: Int32Array.of(5, 4) },
      ],
    };
    assert.deepEqual(await readPredictions(ROWS), expected);
    assert.deepEqual(await readPredictions(columnsOf(ROWS)), expected);
    const complete = await readPredictions(COMPLETE);
    assert.deepEqual(complete.models[1]!.confidence, Float32Array.of(0.75, 1));
    assert.deepEqual([...complete.models[1]!.top5!], [5, 10, 11, 12, 15, 4, 10, 11, 12, 16]);
    assert.deepEqual(await readPredictions(columnsOf(COMPLETE)), complete);
  });

  test('reads the same from Parquet, CSV and memory', async () => {
    const expected = await readPredictions(COMPLETE);
    const population = join(folder, 'population');
    const files = await writePredictions(expected, population);
    assert.deepEqual(files, [
      join(population, 'sparsity=0', 'replicate=00.parquet'),
      join(population, 'sparsity=0.9', 'replicate=01.parquet'),
    ]);
    assert.deepEqual(await readPredictions(population), expected);
    assert.deepEqual(await readPredictions(files), expected);
    assert.deepEqual(await readPredictions(join(population, '**/*.parquet')), expected);
    assert.deepEqual(await readPredictions(await csv('all.csv', ...csvLines(COMPLETE))), expected);
  });

  test('reads CSV as other programs write it', async () => {
    const expected = await readPredictions(ROWS);
    const reordered = csvLines(columnsReversed(ROWS)).map((line) => line.replaceAll(',', ';'));
    const file = await csv('other.csv', `\ufeff${reordered.join('\r\n')}\r\n\r\n`);
    assert.deepEqual(await readPredictions(file), expected);
    const named = await csv(
      'named.csv',
      'sparsity,replicate,image_id,true_class,predicted_class,path',
      '0.0,0,"val_2, a.JPEG",4,3.0,x',
      '0.0,0,10,3,3,y',
    );
    assert.deepEqual((await readPredictions(named)).imageIds, ['10', 'val_2, a.JPEG']);
  });

  test('takes a sparsity stored in 32 bits for what it was', async () => {
    const columns = columnsOf(ROWS);
    const { models } = await readPredictions({
      ...columns,
      sparsity: Float32Array.from(columns.sparsity),
    });
    assert.deepEqual(
      models.map((model) => model.sparsity),
      [0, 0.9],
    );
  });

  test('takes 64-bit integers, those of image ids beyond 32 bits too', async () => {
    const long = (name: 'replicate' | 'true_class' | 'predicted_class') =>
      BigInt64Array.from(columnsOf(ROWS)[name], BigInt) as unknown as ArrayLike<number>;
    const ids = BigInt64Array.of(2n ** 40n, -5n, 2n ** 40n, -5n) as unknown as ArrayLike<number>;
    const predictions = await readPredictions({
      sparsity: columnsOf(ROWS).sparsity,
      replicate: long('replicate'),
      image_id: ids,
      true_class: long('true_class'),
      predicted_class: long('predicted_class'),
    });
    assert.deepEqual(predictions.imageIds, [-5, 2 ** 40]);
    assert.deepEqual([...predictions.trueClass], [4, 3]);
    const population = join(folder, 'long');
    await writePredictions(predictions, population);
    assert.deepEqual(await readPredictions(population), predictions);
  });

  test('gives the same whatever the order of the rows, and writes and reads it back', async () => {
    const population = fc
      .record({
        ids: fc.oneof<fc.Arbitrary<(number | string)[]>[]>(
          fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 8 }),
          fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), {
            minLength: 1,
            maxLength: 8,
          }),
        ),
        models: fc.uniqueArray(fc.tuple(fc.constantFrom(0, 0.3, 0.9), fc.nat(3)), {
          selector: String,
          minLength: 1,
          maxLength: 5,
        }),
      })
      .chain(({ ids, models }) =>
        fc
          .record({
            classes: fc.array(fc.nat(9), { minLength: ids.length, maxLength: ids.length }),
            predicted: fc.array(fc.nat(9), {
              minLength: ids.length * models.length,
              maxLength: ids.length * models.length,
            }),
          })
          .map(({ classes, predicted }) =>
            models.flatMap(([sparsity, replicate], m) =>
              ids.map((image_id, i) => ({
                sparsity,
                replicate,
                image_id,
                true_class: classes[i]!,
                predicted_class: predicted[m * ids.length + i]!,
              })),
            ),
          ),
      );
    const shuffled = population.chain((rows) =>
      fc.tuple(
        fc.constant(rows),
        fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
      ),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(shuffled, async ([rows, permuted]) => {
        const expected = await readPredictions(rows);
        assert.deepEqual(await readPredictions(permuted), expected);
        const written = join(folder, `property-${run++}`);
        await writePredictions(expected, written);
        assert.deepEqual(await readPredictions(written), expected);
      }),
      { numRuns: 30 },
    );
  });

  test('takes class names from population.json and from the option', async () => {
    const population = join(folder, 'named-classes');
    const predictions = await readPredictions(ROWS, { classNames: ['a', 'b', 'c', 'd', 'e', 'f'] });
    await mkdir(population, { recursive: true });
    await writeFile(join(population, 'population.json'), '{"seed": 7}');
    await writePredictions(predictions, population);
    assert.deepEqual(await readPredictions(population), predictions);
    const others = ['u', 'v', 'w', 'x', 'y', 'z'];
    assert.deepEqual(
      (await readPredictions(population, { classNames: others })).classNames,
      others,
    );
    await assert.rejects(readPredictions(population, { classNames: ['a'] }), {
      name: 'PredictionsError',
      message: /image 1 has true_class 3, and there are names of 1 classes/,
    });
    await writeFile(join(population, 'population.json'), '{"class_names": "a b c"}');
    await assert.rejects(readPredictions(population), { name: 'PredictionsError' });
  });
});

describe('readPredictions reports', () => {
  const header = 'sparsity,replicate,image_id,true_class,predicted_class';
  const good = ['0,0,1,3,3', '0,0,2,4,3'];
  /** Name of the fault, lines of the file, and what the message says. */
  const faults: [string, string[], RegExp][] = [
    [
      'a missing column',
      ['sparsity,replicate,image_id,predicted_class', '0,0,1,3'],
      /no column true_class/,
    ],
    [
      'a negative class',
      [header, ...good, '0,1,1,3,-1'],
      /row 3, column predicted_class.*found '-1'/,
    ],
    ['a class that is no whole number', [header, '0,0,1,3.5,3'], /row 1, column true_class.*'3.5'/],
    ['an empty cell', [header, ...good, '0,1,1,,3'], /row 3, column true_class.*found nothing/],
    [
      'a model without an image',
      [header, ...good, '0.5,1,2,4,3'],
      /row 3, column image_id.*replicate 1 of pruned 0\.5.*image 1 .*1 of 2/,
    ],
    [
      'an image twice',
      [header, ...good, '0,0,1,3,3'],
      /row 3, column image_id.*second time.*replicate 0 of sparsity 0/,
    ],
    [
      'two true classes',
      [header, ...good, '0,1,1,3,3', '0,1,2,5,3'],
      /row 4, column true_class.*image 2 has class 5 here and 4/,
    ],
    ['a percentage', [header, '90,0,1,3,3'], /row 1, column sparsity.*90.*0\.9/],
    ['a sparsity that is no number', [header, 'dense,0,1,3,3'], /row 1, column sparsity/],
    ['a replicate that is no whole number', [header, '0,a,1,3,3'], /row 1, column replicate.*'a'/],
    [
      'a confidence above 1',
      [`${header},confidence`, '0,0,1,3,3,1.5'],
      /row 1, column confidence.*1\.5/,
    ],
    [
      'a confidence for some rows only',
      [`${header},confidence`, '0,0,1,3,3,'],
      /row 1, column confidence/,
    ],
    [
      'top five of uneven lengths',
      [`${header},top5`, '0,0,1,3,3,1 2', '0,0,2,3,3,1'],
      /row 2, column top5.*found 1/,
    ],
    [
      'a class in the top five that is none',
      [`${header},top5`, '0,0,1,3,3,1 x'],
      /row 1, column top5.*'x'/,
    ],
    ['no rows', [header], /no rows/],
  ];
  for (const [name, lines, message] of faults)
    test(`${name}, with file, row and column`, async () => {
      const file = await csv('fault.csv', ...lines);
      await assert.rejects(readPredictions(file), (error: Error) => {
        assert.ok(error instanceof PredictionsError);
        assert.ok(error.message.startsWith(file), error.message);
        assert.match(error.message, message);
        return true;
      });
    });

  test('which file of a population is at fault', async () => {
    const first = await csv('first.csv', header, ...good);
    const second = await csv('second.csv', header, '0.5,0,1,3,3', '0.5,0,2,5,3');
    await assert.rejects(readPredictions([first, second]), (error: Error) =>
      error.message.startsWith(`${second}, row 2, column true_class`),
    );
  });

  test('a path without files, a folder without files, a glob without files', async () => {
    await mkdir(join(folder, 'empty'), { recursive: true });
    for (const path of ['absent.parquet', 'empty', 'empty/**/*.parquet'])
      await assert.rejects(readPredictions(join(folder, path)), PredictionsError);
  });

  test('a file that is no Parquet file, and one of another kind', async () => {
    const file = join(folder, 'broken.parquet');
    await writeFile(file, 'PAR1 and then nothing');
    await assert.rejects(readPredictions(file), { name: 'PredictionsError', message: /broken/ });
    await writeFile(join(folder, 'predictions.txt'), 'x');
    await assert.rejects(readPredictions(join(folder, 'predictions.txt')), PredictionsError);
  });

  test('columns of unequal lengths', async () => {
    const columns = { ...columnsOf(ROWS), true_class: [1] };
    await assert.rejects(readPredictions(columns), { message: /column true_class: 1 values/ });
  });
});

function columnsReversed(rows: readonly PredictionRow[]): PredictionRow[] {
  return rows.map(
    (row) => Object.fromEntries(Object.entries(row).reverse()) as unknown as PredictionRow,
  );
}
