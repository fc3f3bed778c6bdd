import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readNotebook } from '#kernels/notebook';
import { sourceLines } from '#kernels/reports/sourceLines';
import { FIXTURES } from '../fixtures';

test('each line of each cell is found in the file', () => {
  for (const name of ['tiny', 'failing', 'written-by-jupyter']) {
    const path = join(FIXTURES, `${name}.ipynb`);
    const text = readFileSync(path, 'utf8');
    const lineOf = sourceLines(text);
    for (const { id, source } of readNotebook(path).cells)
      for (const [i, line] of source.split('\n').entries())
        if (line !== '')
          assert.ok(
            text.split('\n')[lineOf(id, i + 1)! - 1]!.includes(JSON.stringify(line).slice(1, -1)),
            `${name}, ${id}, line ${i + 1}`,
          );
    assert.equal(lineOf('none', 1), undefined);
  }
});

test('a source in one piece has one line; a text that is no notebook has none', () => {
  const text = '{\n"cells": [\n{"source": "a\\nb",\n"id": "x"}]}';
  assert.equal(sourceLines(text)('x', 2), 3);
  assert.equal(sourceLines('[1')('x', 1), undefined);
});
