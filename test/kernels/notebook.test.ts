import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NotebookError } from '#kernels/errors';
import { readNotebook, serializeNotebook, writeNotebook } from '#kernels/notebook';
import { FIXTURES } from './fixtures';

/** Every kind of cell, output and content, written by Python's nbformat 5.11. */
const GOLDEN = join(FIXTURES, 'written-by-jupyter.ipynb');

const CELL = { cell_type: 'code', metadata: {}, source: '', outputs: [], execution_count: null };
const outputOf = (output: object) => ({ ...CELL, outputs: [output] });
const notebookOf = (cell: unknown) => JSON.stringify({ nbformat: 4, metadata: {}, cells: [cell] });

test('reading and writing gives what Jupyter wrote, byte for byte', () => {
  assert.equal(serializeNotebook(readNotebook(GOLDEN)), readFileSync(GOLDEN, 'utf8'));
});

test('text is in one piece, JSON as it is', () => {
  const { cells } = readNotebook(GOLDEN);
  assert.equal(cells[0]!.source, '# Tïtle\n\nText without a last line break');
  const code = cells[2]!;
  assert.ok(code.cell_type === 'code');
  const [stream, result] = code.outputs;
  assert.ok(stream?.output_type === 'stream' && result?.output_type === 'execute_result');
  assert.equal(stream.text, 'one\ntwo\n');
  assert.equal(result.data['text/html'], '<b>\n</b>');
  assert.deepEqual(result.data['application/json'], { a: [], b: [1, 2.5, null] });
});

test('what is not a notebook is an error that names the file', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'notebook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'x.ipynb');
  for (const [text, message] of [
    ['{', /x\.ipynb: expected a notebook/],
    ['{"nbformat": 3, "worksheets": []}', /x\.ipynb: expected "nbformat": 4 .* found .* 3/],
    ['null', /x\.ipynb: expected "nbformat": 4/],
    [notebookOf(null), /x\.ipynb: .* cell 1: it is not an object/],
    [notebookOf({ ...CELL, source: 7 }), /cell 1: source is not text/],
    [notebookOf({ ...CELL, source: ['a', null] }), /cell 1: source is not text/],
    [notebookOf({ ...CELL, cell_type: 'cod' }), /cell 1: cell_type is not code, markdown or raw/],
    [notebookOf({ ...CELL, metadata: 1 }), /cell 1: metadata is not an object/],
    [notebookOf({ ...CELL, metadata: { tags: 'x' } }), /cell 1: metadata\.tags is not a list/],
    [notebookOf({ ...CELL, outputs: undefined }), /cell 1: outputs is not a list/],
    [notebookOf({ ...CELL, outputs: [3] }), /cell 1: outputs\[0\] is not an object/],
    [notebookOf(outputOf({ output_type: 'strem' })), /outputs\[0\]\.output_type is not one of/],
    [notebookOf(outputOf({ output_type: 'stream' })), /outputs\[0\]\.text is not text/],
    [notebookOf(outputOf({ output_type: 'display_data' })), /outputs\[0\]\.data is not an object/],
    [
      notebookOf(outputOf({ output_type: 'display_data', data: { 'text/html': 1 } })),
      /outputs\[0\]\.data\['text\/html'\] is not text/,
    ],
    [notebookOf(outputOf({ output_type: 'error', ename: 'E' })), /\.ename or \.evalue is not text/],
  ] as const) {
    writeFileSync(path, text);
    assert.throws(
      () => readNotebook(path),
      (error) => error instanceof NotebookError && message.test(error.message),
    );
  }
});

test('cells of before nbformat 4.5 get ids that stay', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'notebook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'old.ipynb');
  const cell = { cell_type: 'markdown', metadata: {}, source: 'a' };
  writeFileSync(
    path,
    JSON.stringify({ nbformat: 4, nbformat_minor: 2, metadata: {}, cells: [cell, cell] }),
  );
  writeNotebook(path, readNotebook(path));
  assert.deepEqual(
    readNotebook(path).cells.map(({ id }) => id),
    ['cell-1', 'cell-2'],
  );
});
