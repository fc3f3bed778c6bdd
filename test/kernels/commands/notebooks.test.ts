import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CellOutput, type Notebook, readNotebook, writeNotebook } from '#kernels/notebook';
import { findPython, withoutPython } from '../../python';
import { FIXTURES } from '../fixtures';
import { isAlive, until } from '../processes';
import { MAIN } from './main';

let folder: string;
let tiny: { status: number | null; stdout: string; stderr: string };

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'notebooks-'));
  tiny = cli(join(FIXTURES, 'tiny.ipynb'), '--output', folder, '--html');
});
after(() => rmSync(folder, { recursive: true }));

function cli(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, 'run', ...args], { encoding: 'utf8' });
}

/** Returns the path of a notebook of these code cells. */
function writeCells(name: string, sources: readonly string[]): string {
  const path = join(folder, `${name}.ipynb`);
  const cells = sources.map((source, i) => ({
    ...({ cell_type: 'code', id: `c${i}`, metadata: {}, execution_count: null } as const),
    source,
    outputs: [],
  }));
  writeNotebook(path, { cells, metadata: {} });
  return path;
}

function outputsOf(notebook: Notebook, cell: number): readonly CellOutput[] {
  const found = notebook.cells[cell]!;
  assert.ok(found.cell_type === 'code');
  return found.outputs;
}

test('executes a notebook and tells how it goes', () => {
  assert.equal(tiny.status, 0, tiny.stderr);
  assert.match(tiny.stdout, /^\[1\/3\] let sparsity = 0\.9;$/m);
  assert.match(tiny.stdout, /^\[3\/3\] const figure = \{$/m);
  assert.match(tiny.stdout, /^population at 0\.9$/m);
  assert.equal(tiny.stderr, 'to stderr\n');
});

test('the executed notebook holds tables, figures and texts as Jupyter has them', () => {
  const notebook = readNotebook(join(folder, 'tiny.ipynb'));
  const source = readNotebook(join(FIXTURES, 'tiny.ipynb'));
  assert.deepEqual(
    notebook.cells.map(({ id, source }) => [id, source]),
    source.cells.map(({ id, source }) => [id, source]),
  );
  assert.deepEqual(
    notebook.cells.map((cell) => (cell.cell_type === 'code' ? cell.execution_count : undefined)),
    [undefined, 1, 2, 3, null],
  );
  const [stream, table] = outputsOf(notebook, 2);
  assert.deepEqual(stream, {
    output_type: 'stream',
    name: 'stdout',
    text: 'population at 0.9\n',
  });
  assert.ok(table?.output_type === 'execute_result');
  assert.match(table.data['text/html'] as string, /&lt;dog&gt;.*1\.0e-9/s);
  assert.equal(table.execution_count, 2);
  const [markdown, error, figure] = outputsOf(notebook, 3);
  assert.ok(markdown?.output_type === 'display_data');
  assert.deepEqual(markdown.data, { 'text/markdown': '**now**' });
  assert.deepEqual(error, { output_type: 'stream', name: 'stderr', text: 'to stderr\n' });
  assert.ok(figure?.output_type === 'execute_result');
  assert.deepEqual(Object.keys(figure.data), ['application/vnd.plotly.v1+json', 'text/plain']);
});

test('the page needs nothing but itself', () => {
  const page = readFileSync(join(folder, 'tiny.html'), 'utf8');
  assert.match(page, /<h1[^>]*>A tiny notebook<\/h1>/);
  assert.match(page, /<table class="dataframe"/);
  assert.match(page, /<strong>now<\/strong>/);
  assert.match(page, /<title>A tiny notebook<\/title>/);
  assert.match(page, /<div class="figure" data-figure="0"><pre class="text">A figure<\/pre>/);
  const figures = /<script type="application\/json" id="figures">(.*?)<\/script>/s.exec(page)![1]!;
  assert.deepEqual(JSON.parse(figures)[0].data[0].y, [1, 2]);
  const markup = page.replaceAll(/<script>.*?<\/script>/gs, '<script></script>');
  assert.equal(markup.match(/<script/g)!.length, 4);
  assert.doesNotMatch(markup, /(src|href)\s*=\s*["']?(https?:)?\/\/|url\(|@import/);
  assert.doesNotMatch(markup, /<link/);
});

test('scripts stay in pages of notebooks that are trusted', () => {
  const path = writeCells('scripted', ["({ 'text/html': '<b>x</b><script>1</script>' })"]);
  const pageOf = (...options: string[]) => {
    const run = cli(path, '--html', ...options);
    assert.equal(run.status, 0, run.stderr);
    return readFileSync(join(folder, 'scripted.html'), 'utf8');
  };
  assert.doesNotMatch(pageOf(), /<b>x<\/b><script>/);
  assert.match(pageOf('--trust'), /<b>x<\/b><script>1<\/script>/);
  assert.match(cli(path, '--trust').stderr, /--trust is about pages: expected --html with it/);
});

test('nbformat finds the executed notebook valid', { skip: withoutPython('nbformat') }, () => {
  const check =
    'import nbformat, sys; n = nbformat.read(sys.argv[1], 4); nbformat.validate(n); ' +
    'sys.stdout.reconfigure(newline=""); nbformat.write(n, sys.stdout)';
  const path = join(folder, 'tiny.ipynb');
  const { stdout, stderr, status } = spawnSync(findPython('nbformat')!, ['-c', check, path], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, readFileSync(path, 'utf8'));
});

test('running again in place changes nothing; a check finds what is no longer so', () => {
  const same = writeCells('same', [
    "console.log('recall 0.1235');",
    "({ data: [{ type: 'bar', y: [1, 2] }], layout: { width: 200, height: 100 } })",
  ]);
  assert.equal(cli(same).status, 0);
  const text = readFileSync(same, 'utf8');
  // One in the last digit is within the tolerance; the height of a bar is not.
  const nearly = text.replace('0.1235\\n', '0.1236\\n');
  const otherwise = text.replace(/"y": \[\n\s+1,/, (found) => found.replace('1,', '1.5,'));
  assert.ok(nearly !== text && otherwise !== text);
  writeFileSync(same, nearly);
  assert.equal(cli(same).status, 0);
  assert.equal(readFileSync(same, 'utf8'), nearly);
  const changed = join(folder, 'changed.ipynb');
  writeFileSync(changed, otherwise);
  const page = join(folder, 'differences.html');
  const { status, stdout, stderr } = cli(same, changed, '--check', '--jobs', '1', '--diff', page);
  assert.equal(status, 1);
  assert.match(stdout, /same\.ipynb: done in .* Its outputs equal the stored ones\./);
  assert.match(
    stderr,
    /changed\.ipynb differs from its stored outputs:\n {4}cell 2, output 1, application\/vnd\.plotly\.v1\+json, data\[0\]\.y\[0\]\n {8}stored: 1\.5\n {8}run: {4}1\n/,
  );
  assert.match(
    readFileSync(page, 'utf8'),
    /1 of 2 notebooks differ.*<del>1\.5<\/del>.*<ins>1<\/ins>/s,
  );
  assert.match(cli(same, '--diff', page).stderr, /OptionError: --diff: expected --check with it/);
  assert.equal(readFileSync(changed, 'utf8'), otherwise);
});

test('Ctrl-C leaves what was done so far, and no process', async () => {
  const path = writeCells('long', [
    "console.log('pid', process.pid);",
    "console.log('in');\nawait new Promise(() => {});",
    "console.log('never');",
  ]);
  const child = spawn(process.execPath, [MAIN, 'run', path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let isInterrupted = false;
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    if (/^in$/m.test(stdout) && !isInterrupted) isInterrupted = child.kill('SIGINT');
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [status] = await once(child, 'close');
  assert.equal(status, 130, stderr);
  assert.match(stderr, /long\.ipynb, cell 2: Interrupted: the cell was interrupted/);
  const kinds = [0, 1, 2].map((i) =>
    outputsOf(readNotebook(path), i).map(({ output_type }) => output_type),
  );
  assert.deepEqual(kinds, [['stream'], ['stream', 'error'], []]);
  await until(() => !isAlive(Number(/pid (\d+)/.exec(stdout)![1])));
});

test('notebooks run side by side; the first to fail stops the others, which stay as they are', () => {
  const slow = writeCells('slow', [
    "console.log('stored');",
    "console.log('in');\nawait new Promise((resolve) => setTimeout(resolve, 1));",
  ]);
  assert.equal(cli(slow).status, 0);
  const text = readFileSync(slow, 'utf8').replace('resolve, 1)', 'resolve, 1e6)');
  writeFileSync(slow, text);
  const failing = writeCells('failing', ['let a = 1;', "throw new RangeError('too large');"]);
  const { status, stdout, stderr } = cli(slow, failing, '--jobs', '2');
  assert.equal(status, 1);
  assert.match(stdout, /^\[failing 1\/2\] let a = 1;$/m);
  assert.match(stderr, /failing\.ipynb, cell 2, line 1: RangeError/);
  assert.match(stderr, /slow\.ipynb: stopped, as another notebook failed/);
  assert.equal(readFileSync(slow, 'utf8'), text);
});

test('a failure that the last cell left behind fails it', () => {
  const path = writeCells('left', [
    "console.log('before');\nsetTimeout(() => { Promise.reject(new RangeError('left')); }, 300);\nundefined;",
  ]);
  const { status, stderr } = cli(path);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /left\.ipynb, cell 1, line 2: RangeError: left/);
  assert.match(stderr, /It had printed:\n {4}before\n/);
  assert.equal(outputsOf(readNotebook(path), 0).at(-1)?.output_type, 'error');
  const timer = writeCells('timer', ['setInterval(() => {}, 1000);\nundefined;']);
  assert.equal(cli(timer).status, 0);
});

test('parameters are set below the cell tagged so, and checked like code', () => {
  const good = cli(
    ...[
      join(FIXTURES, 'tiny.ipynb'),
      '--output',
      join(folder, 'p'),
      '--parameters',
      'sparsity=0.5',
    ],
  );
  assert.equal(good.status, 0, good.stderr);
  assert.match(good.stdout, /^population at 0\.5$/m);
  const injected = readNotebook(join(folder, 'p', 'tiny.ipynb')).cells[2]!;
  assert.deepEqual(injected.metadata, { tags: ['injected-parameters'] });
  for (const [parameter, message] of [
    ['sparsity=high', /cell 2, line 2: CompileError: Type 'string' is not assignable/],
    ['1=2', /--parameters 1=2: expected name=value/],
  ] as const) {
    const bad = cli(
      ...[join(FIXTURES, 'tiny.ipynb'), '--output', join(folder, 'q'), '--parameters', parameter],
    );
    assert.equal(bad.status, 1);
    assert.match(bad.stderr, message);
  }
  const none = cli(join(FIXTURES, 'failing.ipynb'), '--output', folder, '--parameters', 'a=1');
  assert.match(
    none.stderr,
    /NotebookError: .*failing\.ipynb takes no parameters \(a\): none of its cells is tagged "parameters"/,
  );
});

test('a failing cell ends the run with all that is needed to mend it', () => {
  const path = join(FIXTURES, 'failing.ipynb');
  const { status, stderr, stdout } = cli(
    ...[path, join(FIXTURES, 'tiny.ipynb'), '--output', folder, '--jobs', '1'],
  );
  assert.equal(status, 1);
  assert.match(
    stderr,
    /failing\.ipynb, cell 2, line 7: RangeError: too large\n {4}throw new Range/,
  );
  assert.match(stderr, /It had printed:\n {4}before\n/);
  assert.match(stderr, / {4}> 7 \| {3}throw new RangeError\('too large'\);/);
  assert.match(stderr, /at cell-2\.ts:7:\d+$/m);
  assert.doesNotMatch(stdout, /tiny/);
  const notebook = readNotebook(join(folder, 'failing.ipynb'));
  const error = outputsOf(notebook, 2).at(-1);
  assert.ok(error?.output_type === 'error');
  assert.deepEqual([error.ename, error.evalue], ['RangeError', 'too large']);
  const [last] = notebook.cells.slice(-1);
  assert.ok(last?.cell_type === 'code' && last.execution_count === null);
});

test('--keep-going runs everything and fails at the end; reports tell of each cell', () => {
  const a = writeCells('keep-a', [
    "throw new RangeError('too large');",
    "console.log('a goes on');",
  ]);
  const b = writeCells('keep-b', ["console.log('b runs');"]);
  const line = readFileSync(a, 'utf8')
    .split('\n')
    .findIndex((text) => text.includes('throw new'));
  const [junit, json, summary] = ['r.xml', 'r.json', 'r.md'].map((name) => join(folder, name));
  const args = [a, b, '--jobs', '1', '--junit', junit!, '--json', json!];
  const env = { ...process.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, 'run', '--keep-going', ...args],
    { encoding: 'utf8', env: { ...env, GITHUB_WORKSPACE: folder } },
  );
  assert.equal(status, 1);
  assert.match(stdout, /^a goes on$.*^b runs$/ms);
  assert.match(stderr, /1 of 2 notebooks failed:\n.*keep-a\.ipynb, cell 1\n/);
  assert.ok(
    stdout.includes(`\n::error file=keep-a.ipynb,line=${line + 1},title=cell 1%3A RangeErr`),
  );
  assert.match(readFileSync(summary!, 'utf8'), /❌ .*keep/);
  assert.match(readFileSync(junit!, 'utf8'), /<failure type="RangeError" message="too large">/);
  const { notebooks } = JSON.parse(readFileSync(json!, 'utf8'));
  assert.deepEqual(
    notebooks.map(({ cells }: { cells: { outcome: string }[] }) => cells.map((c) => c.outcome)),
    [['failed', 'passed'], ['passed']],
  );
  assert.equal(cli(...args).status, 1);
  assert.match(readFileSync(junit!, 'utf8'), /<skipped message="another notebook failed"\/>/);
});

test("parameters are given as papermill's too", () => {
  const run = (...args: string[]) =>
    cli(join(FIXTURES, 'tiny.ipynb'), '--output', join(folder, 'p2'), ...args);
  const good = run('-p', 'sparsity', '0.25');
  assert.equal(good.status, 0, good.stderr);
  assert.match(good.stdout, /^population at 0\.25$/m);
  for (const args of [['-p', 'sparsity'], ['-p', 'sparsity=0.9', '1'], ['-p']])
    assert.match(
      run(...args).stderr,
      /OptionError: -p .*: expected the name of a variable, then its/,
    );
});

test('arguments that the command cannot use are errors that name them', () => {
  const present = join(FIXTURES, 'tiny.ipynb');
  const missing = cli(present, join(folder, 'missing.ipynb'), '--jobs', '1', '--check');
  assert.match(missing.stderr, /NotebookError: .*missing\.ipynb: .*there is no such file/);
  assert.deepEqual([missing.status, missing.stdout], [1, '']);
  assert.ok(!existsSync(join(folder, 'missing.ipynb')));
  assert.match(cli('x.ipynb', '--check', '--html').stderr, /--check writes nothing/);
  assert.match(
    cli('a/x.ipynb', 'b/x.ipynb', '--output', folder).stderr,
    /OptionError: --output: .*a\/x\.ipynb and b\/x\.ipynb/,
  );
  assert.match(cli(folder, '--timeout', 'soon').stderr, /--timeout soon: expected a number/);
  const typo = cli(present, '--chek');
  assert.match(
    typo.stderr,
    /^OptionError: --chek: .* --check\? See typescript-notebooks run --help\.\n$/,
  );
  assert.equal(typo.status, 1);
  const nothing = spawnSync(process.execPath, [MAIN, 'run'], { encoding: 'utf8', cwd: tmpdir() });
  assert.match(nothing.stderr, /OptionError: Expected notebooks .* a folder notebooks in/);
});
