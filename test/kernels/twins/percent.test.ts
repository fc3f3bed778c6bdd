import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Cell, type Notebook, readNotebook } from '#kernels/notebook';
import { mergeCells } from '#kernels/twins/mergeCells';
import { percentCells, percentText, type TextPart } from '#kernels/twins/percent';
import { findPython, withoutPython } from '../../python';
import { FIXTURES } from '../fixtures';

const NOTEBOOKS = join(FIXTURES, '..', '..', 'notebooks');

/** All notebooks that are checked in. */
const CHECKED_IN: readonly (readonly [string, Notebook])[] = [NOTEBOOKS, FIXTURES].flatMap(
  (folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ipynb'))
      .map((name) => [name, readNotebook(join(folder, name))] as const),
);

test('every checked-in notebook becomes a text and comes back as it was, outputs included', () => {
  assert.ok(CHECKED_IN.length > 10);
  for (const [name, { cells }] of CHECKED_IN) {
    const text = percentText(cells);
    assert.deepEqual(mergeCells(cells, percentCells(text)), cells, name);
    assert.equal(percentText(percentCells(text)), text, name);
    assert.doesNotMatch(text, /image\/png|execution_count/);
  }
});

test('without the notebook, the text gives its code, texts and tags', () => {
  for (const [name, { cells }] of CHECKED_IN) {
    const alone = mergeCells([], percentCells(percentText(cells)));
    assert.deepEqual(
      alone.map(({ cell_type, source, metadata }) => [cell_type, source, metadata.tags]),
      cells.map(({ cell_type, source, metadata }) => [
        ...[cell_type, source.replace(/\n+$/, ''), metadata.tags],
      ]),
      name,
    );
    assert.equal(new Set(alone.map(({ id }) => id)).size, cells.length);
    for (const { id } of alone) assert.match(id, /^[\w-]{1,64}$/);
  }
});

test('code and text that look like markers are not taken for them', () => {
  const sources = [
    '// %%\n//%% a\n// // %% [markdown]\n//// %%',
    '%% a\n// %% b\n\n%%',
    '\n\n  // %% c',
    '',
    'a = `\n// %% [raw]\n`',
  ];
  for (const cell_type of ['code', 'markdown', 'raw'] as const) {
    const cells = sources.map((source): TextPart => ({ cell_type, metadata: {}, source }));
    assert.deepEqual(percentCells(percentText(cells)), cells);
  }
});

test('metadata comes back, whatever its names and values', () => {
  for (const metadata of [
    { tags: ['a b=1', 'c=[', '"'], slide: { type: 'x y=2' }, n: -1.5, none: null },
    { title: 'Load the data', tags: ['x'] },
    { title: 'a [b] = c' },
    { 'a name': 1, 'b]': { '=': '{' } },
    { title: ['not', 'text'] },
  ])
    for (const cell_type of ['code', 'markdown'] as const) {
      const cell: TextPart = { cell_type, metadata, source: 'x' };
      assert.deepEqual(percentCells(percentText([cell])), [cell]);
    }
  const run = { cell_type: 'code', metadata: { execution: { a: 1 } }, source: 'x' } as const;
  assert.equal(percentText([run]), '// %%\nx\n');
});

test("what people and jupytext write is read: its header, titles, Windows' line ends", () => {
  const text =
    '// ---\n// jupyter:\n//   kernelspec:\n//     name: x\n// ---\n\n' +
    'import a;\n\n//%% [md]\n//no space\n//\nnot commented\n\n\n// %% The title\ncode();\n\n\n';
  const expected: TextPart[] = [
    { cell_type: 'code', metadata: {}, source: 'import a;' },
    { cell_type: 'markdown', metadata: {}, source: 'no space\n\nnot commented' },
    { cell_type: 'code', metadata: { title: 'The title' }, source: 'code();' },
  ];
  assert.deepEqual(percentCells(text), expected);
  assert.deepEqual(percentCells(`\ufeff${text.replaceAll('\n', '\r\n')}`), expected);
});

const READ = `
import json, sys, jupytext
read = lambda text: jupytext.reads(text, fmt="ts:percent").cells
part = lambda cell: {k: cell[k] for k in ("cell_type", "metadata", "source")}
print(json.dumps([[part(cell) for cell in read(text)] for text in json.load(sys.stdin)]))
`;

test('jupytext reads the same cells', { skip: withoutPython('jupytext') }, () => {
  const texts = CHECKED_IN.map(([, { cells }]) => percentText(cells));
  const { stdout, stderr } = spawnSync(findPython('jupytext')!, ['-c', READ], {
    ...{ input: JSON.stringify(texts), encoding: 'utf8' },
  });
  assert.deepEqual(JSON.parse(stdout || stderr), texts.map(percentCells));
});

function code(id: string, source: string): Cell {
  return {
    ...{ id, source, metadata: {}, cell_type: 'code', execution_count: 1 },
    outputs: [{ output_type: 'stream', name: 'stdout', text: id }],
  };
}

function text(id: string, source: string): Cell {
  return { id, source, metadata: {}, cell_type: 'markdown', attachments: { a: {} } };
}

test('an edited text keeps the outputs of unchanged cells, moved ones too, and the ids of edited ones', () => {
  const before = [text('t', '# A'), code('a', '1'), code('b', '2'), code('c', '3'), code('d', '4')];
  const after = mergeCells(
    before,
    percentCells(
      '// %% [markdown]\n// # B\n\n// %%\n3\n\n// %%\n1\n\n// %%\n22\n\n// %%\nnew\n\n// %%\n4\n',
    ),
  );
  assert.deepEqual(
    after.map((cell) => [
      cell.cell_type === 'code' ? cell.outputs.length : 'text',
      cell.source,
      before.find(({ id }) => id === cell.id)?.source,
    ]),
    [
      ['text', '# B', '# A'],
      [1, '3', '3'],
      [1, '1', '1'],
      [0, '22', '2'],
      [0, 'new', undefined],
      [1, '4', '4'],
    ],
  );
  assert.deepEqual('attachments' in after[0]! && after[0].attachments, { a: {} });
});

test('a changed tag keeps the outputs, and what a text does not show', () => {
  const before = { ...code('a', '1'), metadata: { tags: ['x'], execution: { start: 1 } } };
  const [after] = mergeCells([before], percentCells('// %% tags=["y"]\n1\n'));
  assert.deepEqual(after, { ...before, metadata: { tags: ['y'], execution: { start: 1 } } });
});
