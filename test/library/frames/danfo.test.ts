import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DataFrame, danfo } from 'selective-brain-damage';

const frame = () =>
  new DataFrame(
    [
      ['a', 0.1, 1],
      ['b', Number.NaN, 2],
      ['a', 1e-7, 3],
    ],
    { columns: ['name', 'value', 'count'], dtypes: ['string', 'float64', 'int32'] },
  );

test('columns of doubles are float64, in what is derived from them too', () => {
  const value = (derived: danfo.DataFrame) =>
    derived.dtypes[derived.columns.indexOf('value')] as string;
  const all = frame();
  assert.deepEqual(all.dtypes, ['string', 'float64', 'int32']);
  assert.equal(value(all.query(all.column('count').gt(1)) as danfo.DataFrame), 'float64');
  assert.equal(value(all.sortValues('count', { ascending: false }) as danfo.DataFrame), 'float64');
  assert.equal(value(all.loc({ columns: ['name', 'value'] }) as danfo.DataFrame), 'float64');
  assert.equal(value(all.head(2) as danfo.DataFrame), 'float64');
  assert.deepEqual((all.selectDtypes(['float64']) as danfo.DataFrame).columns, ['value']);
  assert.equal(all.column('value').asType('float64').dtypes[0], 'float64');
});

test('values are doubles: no digit is lost', () => {
  const third = new DataFrame([[1 / 3]], { columns: ['x'], dtypes: ['float64'] });
  assert.equal(third.column('x').values[0], 1 / 3);
  assert.equal((third.column('x').add(1e-12) as danfo.Series).values[0], 1 / 3 + 1e-12);
});

test('groups, joins and concatenations work as danfo documents them', () => {
  const means = frame().loc({ rows: [0, 2] }) as danfo.DataFrame;
  const byName = means.groupby(['name']).col(['value']).mean() as danfo.DataFrame;
  assert.deepEqual(byName.values, [['a', (0.1 + 1e-7) / 2]]);
  const both = danfo.concat({ dfList: [frame(), frame()], axis: 0 }) as danfo.DataFrame;
  assert.deepEqual(both.shape, [6, 3]);
  const other = new DataFrame([['a', true]], { columns: ['name', 'known'] });
  const merged = danfo.merge({ left: frame(), right: other, on: ['name'], how: 'inner' });
  assert.equal(merged.shape[0], 2);
});

test('what is left out says where it is to be had', async () => {
  await assert.rejects(danfo.readExcel('x.xlsx') as Promise<unknown>, /install xlsx/);
});

test('the licences of all that is bundled lie beside it', () => {
  const file = require.resolve('selective-brain-damage/package.json');
  const text = readFileSync(
    file.replace('package.json', 'dist/bundled/danfo/LICENSES.txt'),
    'utf8',
  );
  for (const name of ['danfojs-node', 'mathjs', 'papaparse', 'table'])
    assert.match(text, new RegExp(`^- ${name} \\d`, 'm'));
});
