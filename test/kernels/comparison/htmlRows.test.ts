import assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlRows } from '#kernels/comparison/htmlRows';
import { tableHtml } from '../tableHtml';

test('rows of a table are lists of what a browser shows in their cells', () => {
  const rows = [
    ['', 'a name', 'x < y'],
    ['1', '"&amp;"', ''],
    ['é', '&', 'z'],
  ];
  assert.deepEqual(htmlRows(tableHtml(rows)), rows);
});

test('other HTML is lines of text; scripts, styles and comments are none', () => {
  assert.deepEqual(
    htmlRows(
      '<style>p {}</style><p>one<br>two <b>bold</b></p><!-- <p>no</p> --><ul><li>&#x41;&#66;</ul>',
    ),
    [['one'], ['two bold'], ['AB']],
  );
});
