import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readNotebook } from '#kernels/notebook';
import { FIXTURES } from '../fixtures';
import { MAIN } from './main';

let folder: string;
let notebook: string;
let text: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twins-'));
  notebook = join(folder, 'a.ipynb');
  text = join(folder, 'a.ts');
  cpSync(join(FIXTURES, 'written-by-jupyter.ipynb'), notebook);
});
afterEach(() => rmSync(folder, { recursive: true }));

function twin(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, 'run', '--twin', ...args], { encoding: 'utf8' });
}

function edit(path: string, from: string | RegExp, to: string) {
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  assert.notEqual(after, before);
  writeFileSync(path, after);
}

test('a notebook gets a twin; the one that was edited is taken over, however old its file is', () => {
  const { cells } = readNotebook(notebook);
  assert.equal(twin(notebook, '--check').status, 1);
  assert.ok(!existsSync(text));
  const first = twin(notebook);
  assert.equal(first.stdout, `Wrote ${text} from ${notebook}.\n`, first.stderr);
  assert.deepEqual(readNotebook(notebook).cells, cells);
  assert.equal(twin(folder, '--check').status, 0);
  assert.match(twin(text).stdout, /in step\.\n$/);

  edit(text, '# Tïtle', '# Title, edited');
  const behind = twin(text, '--check');
  assert.deepEqual(
    [behind.status, behind.stderr],
    [1, `${notebook} is not in step with ${text}, which has been edited.\n`],
  );
  assert.equal(twin(notebook).status, 0);
  const edited = readNotebook(notebook).cells;
  assert.match(edited[0]!.source, /^# Title, edited/);
  assert.deepEqual(edited.slice(1), cells.slice(1));

  edit(notebook, 'Title, edited', 'Title, edited again');
  assert.equal(twin(text).stdout, `Wrote ${text} from ${notebook}.\n`);
  assert.match(readFileSync(text, 'utf8'), /edited again/);
});

test('what both were edited is refused until one is named', () => {
  twin(notebook);
  edit(text, '# Tïtle', '# In the text');
  edit(notebook, '# Tïtle', '# In the notebook');
  const before = [notebook, text].map((path) => readFileSync(path, 'utf8'));
  for (const args of [[], ['--check']]) {
    const { status, stderr } = twin(notebook, ...args);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /a\.ipynb and .*a\.ts differ, and both were edited.* newer one\. Take .*--from ts/,
    );
  }
  assert.deepEqual(
    [notebook, text].map((path) => readFileSync(path, 'utf8')),
    before,
  );
  assert.equal(twin(notebook, '--from', 'ts').status, 0);
  assert.match(readNotebook(notebook).cells[0]!.source, /In the text/);
  assert.equal(twin(notebook, '--check').status, 0);
});

test('a text alone becomes a notebook; a file of another kind is refused', () => {
  rmSync(notebook);
  writeFileSync(text, '// %% [markdown]\n// # A\n\n// %%\nconst a = 1;\n');
  assert.equal(twin(text).status, 0);
  const { cells, metadata } = readNotebook(notebook);
  assert.deepEqual(
    cells.map(({ cell_type, source }) => [cell_type, source]),
    [
      ['markdown', '# A'],
      ['code', 'const a = 1;'],
    ],
  );
  assert.equal((metadata.kernelspec as { language: string }).language, 'typescript');
  writeFileSync(text, 'export const a = 1;\n');
  assert.match(twin(text).stderr, /NotebookError: .*a\.ts: expected a notebook in percent format/);
  assert.match(twin(join(folder, 'b.ts')).stderr, /NotebookError: .*b\.ipynb: .*no such file/);
  assert.match(twin(text, '--from', 'py').stderr, /OptionError: --from py: expected ipynb or ts/);
  assert.match(twin(text, '--html').stderr, /OptionError: --html: unknown option/);
});
