import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { installKernel, KERNEL_NAME } from '#kernels/kernelspec';
import { type Notebook, readNotebook } from '#kernels/notebook';
import { findPython, withoutPython } from '../python';
import { FIXTURES } from './fixtures';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'jupyter-'));
  installKernel(folder);
});
after(() => rmSync(folder, { recursive: true }));

function python(modules: string[], ...args: string[]) {
  return spawnSync(findPython(...modules)!, args, {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, JUPYTER_PATH: folder },
  });
}

function outputKinds({ cells }: Notebook): string[][] {
  return cells.map((cell) =>
    cell.cell_type === 'code' ? cell.outputs.map(({ output_type }) => output_type) : [],
  );
}

test("Jupyter's own tests of a kernel pass", {
  skip: withoutPython('jupyter_kernel_test'),
}, () => {
  const { status, stderr } = python(['jupyter_kernel_test'], join(FIXTURES, 'conformance.py'));
  assert.equal(status, 0, stderr);
});

test('nbconvert executes a notebook as the headless runner does', {
  skip: withoutPython('nbconvert', 'nbclient'),
}, () => {
  const { status, stderr } = python(
    ['nbconvert', 'nbclient'],
    ...['-m', 'nbconvert', '--to', 'notebook', '--execute', '--output-dir', folder],
    `--ExecutePreprocessor.kernel_name=${KERNEL_NAME}`,
    join(FIXTURES, 'tiny.ipynb'),
  );
  assert.equal(status, 0, stderr);
  assert.deepEqual(outputKinds(readNotebook(join(folder, 'tiny.ipynb'))).slice(1, 4), [
    [],
    ['stream', 'execute_result'],
    ['display_data', 'stream', 'execute_result'],
  ]);
});

test('papermill tells the error of a failing cell', {
  skip: withoutPython('papermill'),
}, () => {
  const out = join(folder, 'out.ipynb');
  const papermill = (...args: string[]) =>
    python(
      ['papermill'],
      ...['-m', 'papermill', '-k', KERNEL_NAME, '--cwd', FIXTURES, '--no-progress-bar', ...args],
    );
  const failing = papermill(join(FIXTURES, 'failing.ipynb'), out);
  assert.notEqual(failing.status, 0);
  assert.match(failing.stderr, /RangeError: too large\n.*cell-2\.ts:7:9/);
  assert.match(readFileSync(out, 'utf8'), /"ename": "RangeError"/);
});

const FAILS_BETWEEN_CELLS = `
import sys, time
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
sources = [
    "setTimeout(() => { Promise.reject(new RangeError('left')); }, 100);\\nundefined;",
    "console.log('next')",
    "console.log('never')",
]
notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
wait = lambda **_: time.sleep(0.5)
NotebookClient(notebook, kernel_name=sys.argv[1], on_cell_executed=wait).execute()
`;

test('nbclient ends with the failure that a cell left behind', {
  skip: withoutPython('nbclient'),
}, () => {
  const { status, stderr } = python(['nbclient'], '-c', FAILS_BETWEEN_CELLS, KERNEL_NAME);
  assert.notEqual(status, 0);
  assert.match(
    stderr,
    /CellExecutionError.*console\.log\('next'\).*cell 1, line 1.*RangeError: left/s,
  );
});
