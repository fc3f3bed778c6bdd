import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';
import { findPython, withoutPython } from '../../python';

const MODULES = ['pandas', 'pyarrow'];
const python = (program: string, ...args: string[]): string =>
  execFileSync(findPython(...MODULES)!, ['-c', program, ...args], { encoding: 'utf8' });

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'));
});
after(() => rm(folder, { recursive: true }));

/** Three models of four images: what the Python below writes. */
const EXPECTED = [
  { sparsity: 0, replicate: 0, predicted: [3, 1, 2, 0] },
  { sparsity: 0, replicate: 1, predicted: [0, 2, 1, 3] },
  { sparsity: 0.9, replicate: 0, predicted: [1, 1, 1, 1] },
];
const FRAME = `
import sys, pandas, pyarrow, pyarrow.parquet
def model(sparsity, replicate, predicted):
    return pandas.DataFrame(dict(sparsity=sparsity, replicate=replicate,
        image_id=['d.JPEG', 'c.JPEG', 'b.JPEG', 'ä.JPEG'], true_class=[3, 2, 1, 0],
        predicted_class=predicted[::-1], top5=[[p, 5, 6, 7, 8] for p in predicted[::-1]],
        confidence=0.5, logits='not ours'))
frame = pandas.concat([model(0.0, 0, [3, 1, 2, 0]), model(0.0, 1, [0, 2, 1, 3]),
                       model(0.9, 0, [1, 1, 1, 1])])
path = sys.argv[1]
`;

describe('Parquet files', { skip: withoutPython(...MODULES) }, () => {
  const writers = {
    'pandas writes': 'frame.to_parquet(path)',
    'pandas writes compressed, in small row groups':
      "frame.to_parquet(path, compression='zstd', row_group_size=5)",
    'pandas writes with narrow types': `
frame = frame.astype(dict(replicate='int8', true_class='uint16', predicted_class='int32',
                          sparsity='float32', confidence='float32', image_id='category'))
frame.to_parquet(path, compression='gzip')`,
    'pandas writes with classes as doubles': `
frame = frame.astype(dict(true_class='float64', predicted_class='float64'))
frame.to_parquet(path, compression=None, use_dictionary=False)`,
    'pyarrow writes with large types': `
table = pyarrow.Table.from_pandas(frame, preserve_index=False)
large = dict(image_id=pyarrow.large_string(), top5=pyarrow.large_list(pyarrow.int32()))
table = table.cast(pyarrow.schema([
    pyarrow.field(f.name, large.get(f.name, f.type)) for f in table.schema]))
pyarrow.parquet.write_table(table, path, data_page_version='2.0', version='2.6')`,
    'pyarrow writes with views and lists of fixed size': `
table = pyarrow.Table.from_pandas(frame, preserve_index=False)
types = dict(image_id=pyarrow.string_view(), top5=pyarrow.list_(pyarrow.int64(), 5))
table = table.cast(pyarrow.schema([
    pyarrow.field(f.name, types.get(f.name, f.type)) for f in table.schema]))
pyarrow.parquet.write_table(table, path)`,
  };
  for (const [name, write] of Object.entries(writers))
    test(`that ${name} are read`, async () => {
      const file = join(folder, `${Object.values(writers).indexOf(write)}.parquet`);
      python(FRAME + write, file);
      const { imageIds, trueClass, models } = await readPredictions(file);
      assert.deepEqual(imageIds, ['b.JPEG', 'c.JPEG', 'd.JPEG', 'ä.JPEG']);
      assert.deepEqual([...trueClass], [1, 2, 3, 0]);
      assert.deepEqual(
        models.map(({ sparsity, replicate, predictedClass: [b, c, d, a] }) => ({
          sparsity,
          replicate,
          predicted: [a, b, c, d],
        })),
        EXPECTED,
      );
      assert.deepEqual([...models[2]!.top5!.subarray(0, 5)], [1, 5, 6, 7, 8]);
      assert.deepEqual([...models[2]!.confidence!], [0.5, 0.5, 0.5, 0.5]);
    });

  test('with a missing value are reported with file, row and column', async () => {
    const file = join(folder, 'missing.parquet');
    python(
      `${FRAME}frame['true_class'] = [3, 2, 1, 0, 3, None] + [1] * 6\nframe.to_parquet(path)`,
      file,
    );
    await assert.rejects(readPredictions(file), {
      name: 'PredictionsError',
      message: /missing\.parquet, row 6, column true_class/,
    });
  });

  for (const ids of [
    [7, 8, 2 ** 40],
    ['a', 'b', 'ü'],
  ])
    test(`that we write with ids ${ids} are read by pandas and by DuckDB where it is there`, async () => {
      const population = join(folder, typeof ids[0]!);
      const top5 = Int32Array.from({ length: 15 }, (_, i) => i);
      const [file] = await writePredictions(
        {
          imageIds: ids,
          trueClass: Int32Array.of(0, 1, 2),
          models: [
            {
              ...{ variant: 'pruned 0.9', sparsity: 0.9, replicate: 3 },
              predictedClass: Int32Array.of(2, 1, 0),
              confidence: Float32Array.of(0.5, 0.25, 1),
              top5,
            },
          ],
        },
        population,
      );
      const program = `
import sys, json, pandas, pyarrow.parquet
frame = pyarrow.parquet.ParquetFile(sys.argv[1]).read().to_pandas()
print(json.dumps([list(map(str, frame.dtypes)), [[getattr(v, 'tolist', lambda: v)() for v in row]
                  for row in frame.itertuples(index=False)]]))
try:
    import duckdb
    rows = duckdb.sql(f"select * from read_parquet('{sys.argv[1]}', hive_partitioning=false)")
    assert [list(row) for row in rows.fetchall()] == [
        [getattr(v, 'tolist', lambda: v)() for v in row] for row in frame.itertuples(index=False)]
except ImportError:
    pass`;
      const [types, rows] = JSON.parse(python(program, file!));
      const id = typeof ids[0] === 'number' ? 'int64' : types[2];
      assert.deepEqual(types, ['float64', 'int32', id, 'int32', 'int32', 'float64', 'object']);
      assert.deepEqual(rows, [
        [0.9, 3, ids[0], 0, 2, 0.5, [0, 1, 2, 3, 4]],
        [0.9, 3, ids[1], 1, 1, 0.25, [5, 6, 7, 8, 9]],
        [0.9, 3, ids[2], 2, 0, 1, [10, 11, 12, 13, 14]],
      ]);
      assert.deepEqual(await readdir(join(population, 'sparsity=0.9')), ['replicate=03.parquet']);
    });
});
