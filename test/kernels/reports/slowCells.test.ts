import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowCells } from '#kernels/reports/slowCells';
import { REPORTS } from './reports';

test('the five slowest cells above a second, slowest first', () => {
  assert.deepEqual(slowCells(REPORTS), [
    '     9.5 s  notebooks/a.ipynb, cell 1: const a = 1;',
    '     2.3 s  notebooks/b, "c".ipynb, cell 1: f()',
  ]);
  const many = Array.from({ length: 9 }, (_, i) => ({
    ...{ id: `c${i}`, number: i, title: '', outcome: 'passed' as const, seconds: i },
  }));
  const found = slowCells([{ path: 'x', seconds: 36, cells: many }]);
  assert.deepEqual(
    found.map((line) => Number.parseFloat(line)),
    [8, 7, 6, 5, 4],
  );
});
