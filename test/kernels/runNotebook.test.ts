import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notebook } from '#kernels/notebook';
import { type RunOptions, type RunResult, runNotebook } from '#kernels/runNotebook';
import { notebookOf } from './cells';

const silent = { observer: { progress: { update() {}, done() {} } } };

function run(notebook: Notebook, options: Partial<RunOptions> = {}): Promise<RunResult> {
  return runNotebook(notebook, { directory: __dirname, ...silent, ...options });
}

function kinds({ notebook }: RunResult): string[][] {
  return notebook.cells.map((cell) =>
    cell.cell_type === 'code' ? cell.outputs.map(({ output_type }) => output_type) : [],
  );
}

const MAY_FAIL = ['raises-exception'];

test('the failure of a cell tagged raises-exception is shown and is no failure', async () => {
  const result = await run(
    notebookOf(
      { source: "throw new RangeError('meant');", tags: MAY_FAIL },
      { source: "const wrong: number = 'a';", tags: MAY_FAIL },
      { source: "'does not throw'", tags: MAY_FAIL },
      "'after'",
    ),
  );
  assert.equal(result.failure, undefined);
  assert.deepEqual(kinds(result), [['error'], ['error'], ['execute_result'], ['execute_result']]);
  assert.deepEqual(
    result.cells.map(({ id, number, outcome }) => [id, number, outcome]),
    [1, 2, 3, 4].map((number) => [`c${number}`, number, 'passed']),
  );
});

test('an error that a tagged cell left behind does not stop the run either', async () => {
  const result = await run(
    notebookOf(
      { source: "Promise.reject(new Error('late'));\nundefined;", tags: MAY_FAIL },
      'await new Promise((resolve) => setImmediate(resolve));',
      "'after'",
    ),
  );
  assert.equal(result.failure, undefined);
  assert.deepEqual(kinds(result), [['error'], [], ['execute_result']]);
});

test('no tag excuses a cell that runs out of time or ends its process', async () => {
  for (const [source, name, options] of [
    ['await new Promise(() => {});', 'TimeoutError', { timeout: 0.5 }],
    ['process.exit(3);', 'ProcessExit', {}],
  ] as const) {
    const { failure } = await run(notebookOf({ source, tags: MAY_FAIL }), options);
    assert.equal(failure?.error.name, name);
  }
});

test('a cell tagged skip-execution is not run and stays as it is', async () => {
  const notebook = notebookOf(
    'let ran = 0;',
    { source: 'ran++; ran', tags: ['skip-execution'] },
    'ran',
  );
  const stored = {
    ...notebook.cells[1]!,
    execution_count: 7,
    outputs: [{ output_type: 'stream', name: 'stdout', text: 'of an earlier run\n' }],
  } as Notebook['cells'][number];
  const result = await run({ ...notebook, cells: notebook.cells.with(1, stored) });
  assert.deepEqual(result.notebook.cells[1], stored);
  assert.deepEqual(
    result.cells.map(({ number, outcome, reason }) => [number, outcome, reason]),
    [
      [1, 'passed', undefined],
      [undefined, 'skipped', 'tagged "skip-execution"'],
      [2, 'passed', undefined],
    ],
  );
  const last = result.notebook.cells[2]!;
  assert.ok(last.cell_type === 'code' && last.outputs[0]?.output_type === 'execute_result');
  assert.equal(last.outputs[0].data['text/plain'], '0');
});

const FAILING = [
  "throw new Error('first');",
  "setTimeout(() => { throw new Error('late'); }, 0);\nundefined;",
  'await new Promise((resolve) => setTimeout(resolve, 200));',
  "'last'",
];

test('a run stops at the first failure', async () => {
  const result = await run(notebookOf(...FAILING));
  assert.equal(result.failure?.error.message, 'first');
  assert.deepEqual(
    result.cells.map(({ outcome, reason }) => reason ?? outcome),
    ['failed', 'cell 1 failed', 'cell 1 failed', 'cell 1 failed'],
  );
});

test('a run that keeps going runs all cells and has all failures', async () => {
  const result = await run(notebookOf(...FAILING), { keepGoing: true });
  assert.equal(result.failure?.error.message, 'first');
  assert.deepEqual(
    result.cells.map(({ outcome, failure }) => failure?.error.message ?? outcome),
    ['first', 'late', 'passed', 'passed'],
  );
  assert.deepEqual(kinds(result), [['error'], ['error'], [], ['execute_result']]);
});

test('a run that keeps going ends with the process of its cells, and goes on after a timeout', async () => {
  const ended = await run(notebookOf("throw new Error('a');", 'process.exit(2);', '1'), {
    keepGoing: true,
  });
  assert.deepEqual(
    ended.cells.map(({ outcome, reason }) => reason ?? outcome),
    ['failed', 'failed', 'cell 2 failed'],
  );
  const late = await run(notebookOf('await new Promise(() => {});', "'next'"), {
    keepGoing: true,
    timeout: 10,
  });
  assert.deepEqual(
    late.cells.map(({ outcome }) => outcome),
    ['failed', 'passed'],
  );
});
