import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTable, tableHtml, tableText } from '#kernels/table';
import { DataFrame } from '#library/bundled/danfo/index';

test('a column has one number of decimals: no more than its values have or than say something', () => {
  const frame = new DataFrame({
    class: ['cat', 'dog', 'a <b> & "c"'],
    class_id: [3, 5, 100000],
    sparsity: [0.5, 0.9, 0.9],
    recall: [0.123456789, 0.9, 1],
    top1: [76.675, 72.569, 5],
    p_value: [1.234e-9, 0.04567, 0],
    statistic: [Number.POSITIVE_INFINITY, Number.NaN, -2.3456789],
    significant: [true, true, false],
  });
  assert.equal(
    tableText(frame),
    [
      '   class        class_id  sparsity  recall   top1  p_value  statistic  significant',
      '0  cat                 3       0.5  0.1235  76.67   1.2e-9   Infinity  true',
      '1  dog                 5       0.9  0.9000  72.57  0.04567        NaN  true',
      '2  a <b> & "c"    100000       0.9  1.0000   5.00  0.00000     -2.346  false',
      '',
      '3 rows × 8 columns',
    ].join('\n'),
  );
  assert.match(tableHtml(frame), /<td align="left">a &lt;b&gt; &amp; &quot;c&quot;<\/td>/);
});

test('a column name may break at its underscores in a page, and is escaped', () => {
  const html = tableHtml(new DataFrame({ n_a_se: [1], '<_>': [2] }));
  assert.match(
    html,
    /<th align="right">n_<wbr>a_<wbr>se<\/th><th align="right">&lt;_<wbr>&gt;<\/th>/,
  );
});

test('long and wide tables show both their ends', () => {
  const rows = Array.from({ length: 1000 }, (_, i) =>
    Object.fromEntries(Array.from({ length: 30 }, (_, k) => [`c${k}`, i * 100 + k])),
  );
  const lines = tableText(new DataFrame(rows)).split('\n');
  assert.match(lines[0]!, /c0 .*c9 +… +c20 .*c29$/);
  assert.match(lines[1]!, /^ *0 +0 /);
  assert.match(lines[11]!, /^ *…( +…)+$/);
  assert.match(lines[21]!, /^999 .*99929$/);
  assert.equal(lines.length, 24);
  assert.equal(lines.at(-1), '1000 rows × 30 columns');
  assert.equal(tableHtml(new DataFrame(rows)).match(/<tr>/g)!.length, 22);
});

test('a long text is cut, and missing values are empty', () => {
  const text = tableText({
    columns: ['a', 'b'],
    index: [0, 1],
    values: [
      ['x'.repeat(80), null],
      ['two\nlines', undefined],
    ],
  });
  assert.match(text, new RegExp(`^0 +${'x'.repeat(49)}…$`, 'm'));
  assert.match(text, /^1 +two lines$/m);
});

test('a number shown in decimals is the number to half of the last one', () => {
  const numbers = fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(numbers, (values) => {
      const table = {
        columns: ['x'],
        index: values.map((_, i) => i),
        values: values.map((value) => [value]),
      };
      const shown = tableText(table).split('\n').slice(1, -2);
      const rows = values.length <= 20 ? [...values.keys()] : [];
      for (const i of rows) {
        const text = shown[i]!.trim().split(/ +/)[1]!;
        const digits = text.includes('e') ? undefined : (text.split('.')[1]?.length ?? 0);
        const tolerance =
          Math.abs(values[i]!) * (digits === undefined ? 0.06 : Number.EPSILON) +
          (digits === undefined ? 0 : 0.5000001 * 10 ** -digits);
        assert.ok(Math.abs(Number(text) - values[i]!) <= tolerance, `${values[i]} as ${text}`);
      }
    }),
  );
});

test('a series is a table of one column', () => {
  const { a } = new DataFrame({ a: [1, 2], b: [3, 4] });
  assert.ok(isTable(a));
  assert.equal(tableText(a), '   a\n0  1\n1  2\n\n2 rows × 1 columns');
});

test('figures and arrays are no tables', () => {
  assert.ok(isTable(new DataFrame([[1]])));
  for (const value of [null, 1, 'a', [1, 2], { data: [], layout: {} }]) assert.ok(!isTable(value));
});
