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
import { gateOf } from './gate';

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
    '--ExecutePreprocessor.startup_timeout=600',
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
      ...[
        '-m',
        'papermill',
        '-k',
        KERNEL_NAME,
        '--cwd',
        FIXTURES,
        '--no-progress-bar',
        '--start-timeout',
        '600',
        ...args,
      ],
    );
  const failing = papermill(join(FIXTURES, 'failing.ipynb'), out);
  assert.notEqual(failing.status, 0);
  assert.match(failing.stderr, /RangeError: too large\n.*cell-2\.ts:7:9/);
  assert.match(readFileSync(out, 'utf8'), /"ename": "RangeError"/);
});

test('papermill sets parameters by the translator that the README gives it', {
  skip: withoutPython('papermill'),
}, () => {
  const readme = readFileSync(join(FIXTURES, '..', '..', 'kernels', 'README.md'), 'utf8');
  const script = /```python\n(import json.*?)```/s.exec(readme)![1]!;
  const out = join(folder, 'parameters.ipynb');
  const { status, stderr } = python(
    ['papermill'],
    ...['-c', script, join(FIXTURES, 'tiny.ipynb'), out, '{"sparsity": 0.25}'],
  );
  assert.equal(status, 0, stderr);
  assert.match(readFileSync(out, 'utf8'), /population at 0\.25/);
});

const FAILS_BETWEEN_CELLS = `
import sys
from pathlib import Path
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
_, kernel, gate, left = sys.argv
notebook = new_notebook(
    cells=[new_code_cell(source) for source in [left, "console.log('next')", "'last'"]]
)

async def let_fail(cell_index, **_):
    if cell_index > 0:
        return
    Path(gate).touch()
    while (await client.kc.get_iopub_msg(timeout=None))["msg_type"] != "error":
        pass

client = NotebookClient(
    notebook, kernel_name=kernel, startup_timeout=600, on_cell_executed=let_fail
)
client.execute()
for cell in notebook.cells:
    print([(output.output_type, output.get("text")) for output in cell.outputs])
`;

test('nbclient shows the failure that a cell left behind below the next one, which goes on', {
  skip: withoutPython('nbclient'),
}, (context) => {
  const gate = gateOf(context);
  const left = gate.later("Promise.reject(new RangeError('left'));");
  const args = [KERNEL_NAME, gate.file, left];
  const { status, stdout, stderr } = python(['nbclient'], '-c', FAILS_BETWEEN_CELLS, ...args);
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    /After cell 1 had ended, it failed:.*cell 1, line 2.*RangeError: left.*next.*execute_result/s,
  );
});
