import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { CellError } from '../../kernels/cellError';
import { KernelProcess } from '../../kernels/kernelProcess';
import type { CellOutput } from '../../kernels/notebook';
import { FIXTURES } from './fixtures';
import { isAlive, until } from './processes';

let outputs: CellOutput[] = [];
let lines: string[] = [];
let logged = '';
let idleErrors: CellError[] = [];
let kernel = start();
after(() => kernel.close());

function start(): KernelProcess {
  return new KernelProcess(FIXTURES, {
    output: (output) => outputs.push(output),
    log: (text) => {
      logged += text;
    },
    progress: { update: (line) => lines.push(line), done: () => lines.push('done') },
    idleError: (error) => idleErrors.push(error),
  });
}

async function run(source: string, timeout?: number) {
  [outputs, lines, idleErrors, logged] = [[], [], [], ''];
  const error = await kernel.execute(source, timeout === undefined ? {} : { timeout });
  return { error, outputs, lines, logged };
}

async function fails(source: string): Promise<CellError> {
  const { error } = await run(source);
  assert.ok(error, `expected a failure of:\n${source}`);
  return error;
}

async function prints(source: string): Promise<string> {
  const { error, outputs } = await run(source);
  assert.equal(error, undefined, error?.traceback.join('\n'));
  return outputs.map((output) => (output.output_type === 'stream' ? output.text : '')).join('');
}

async function restarted() {
  await kernel.close();
  kernel = start();
}

test('cells share their variables; types, top-level await and for await work', async () => {
  await prints(
    'interface Point { x: number }\nlet point: Point = { x: await Promise.resolve(2) };',
  );
  await prints('point = { x: point.x + 1 };\nasync function* numbers() { yield 1; yield 2; }');
  assert.equal(
    await prints('for await (const n of numbers()) console.log(n, point.x);'),
    '1 3\n2 3\n',
  );
});

test('the short form of a property finds the variable of an earlier cell', async () => {
  await prints('const width = 2;\nlet height = 3;');
  assert.equal(
    await prints('console.log(JSON.stringify({ width, height }));'),
    '{"width":2,"height":3}\n',
  );
  assert.equal(
    await prints(
      '({ width: height } = { width });\nconst f = ({ height }) => height;\nconsole.log(height, f({ height: 9 }));',
    ),
    '2 9\n',
  );
});

test('this package and its dependencies come with their types', async () => {
  for (const [source, message] of [
    ["import { ImageDataset } from 'selective-brain-damage';\nImageDataset.nope;", /nope/],
    [
      "import * as dfd from 'danfojs-node';\nconst n: number = new dfd.DataFrame([[1]]).shape;",
      /'number\[\]'/,
    ],
    ["import * as tf from '@tensorflow/tfjs';\nconst n: string = tf.scalar(1).size;", /'number'/],
    ["import { nope } from 'no-such-package';\nnope;", /Cannot find module 'no-such-package'/],
  ] as const) {
    const error = await fails(source);
    assert.equal(error.name, 'CompileError');
    assert.match(error.message, message);
  }
  assert.equal(
    await prints(
      "import { ImageDataset } from 'selective-brain-damage';\nconsole.log(ImageDataset.name);",
    ),
    'ImageDataset\n',
  );
});

test('outputs come in the order in which they were asked for, rich ones too', async () => {
  const { outputs, error } = await run(`
    console.log('first');
    display({ data: [], layout: { width: 100, height: 100 } });
    process.stdout.write('second\\n');
    console.error('third');
    [1, 2]`);
  assert.equal(error, undefined);
  assert.deepEqual(
    outputs.map((output) => ('text' in output ? output.text : output.output_type)),
    ['first\n', 'display_data', 'second\n', 'third\n', 'execute_result'],
  );
  assert.deepEqual(
    outputs.flatMap((output) => (output.output_type === 'stream' ? [output.name] : [])),
    ['stdout', 'stdout', 'stderr'],
  );
});

test('an exception is told in lines of the cell, whatever stands above it', async () => {
  const piece = fc.constantFrom(
    'interface A {\n  a: number;\n}',
    'type B =\n  | string\n  | number;',
    "import {\n  readFileSync,\n  existsSync,\n} from 'node:fs';",
    "import type { Stats } from 'node:fs';",
    'await Promise.resolve<number>(1);',
    'const c: { readonly d: number; e?: string } = {\n  d: 1,\n};',
    'function f<T>(x: T): T {\n  // a comment\n  return x;\n}',
    'class G {\n  private h: number = 1;\n  constructor(readonly i: string) {}\n}',
    'enum J { K, L }',
    '/* a\n comment */',
    'const m: string = `\n\n`;',
    '',
  );
  const failing = fc.constantFrom(
    "throw new RangeError('here');",
    "const z = [1].map((x: number): number => { throw new RangeError('here'); });",
    "await Promise.reject(new RangeError('here'));",
    "if (1 as number) (() => { throw new RangeError('here'); })();",
  );
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(piece), failing, async (above, last) => {
      const source = [...above, last, 'undefined;'].join('\n');
      const error = await fails(source);
      assert.equal(error.name, 'RangeError', error.message);
      assert.equal(error.message, 'here');
      const line = error.line!;
      assert.equal(source.split('\n')[line - 1], last);
      assert.ok(error.traceback.includes(`cell ${error.cell}, line ${line}`));
    }),
    { numRuns: 12 },
  );
});

test('an exception in a function of an earlier cell fails the cell that calls it', async () => {
  await prints('function boom(n: number): void {\n\n  throw new TypeError(String(n));\n}');
  const error = await fails('type Unused = string;\n\nboom(\n  3,\n);');
  assert.deepEqual([error.name, error.message, error.line], ['TypeError', '3', 3]);
  const stack = error.traceback.filter((line) => line.startsWith('    at '));
  assert.match(stack[0]!, new RegExp(`^ {4}at boom \\(cell-${error.cell - 1}\\.ts:3:\\d+\\)$`));
  assert.match(stack[1]!, new RegExp(`^ {4}at cell-${error.cell}\\.ts:3:\\d+$`));
  assert.equal(stack.length, 2);
});

test('an exception in a TypeScript file that a cell imports is told in lines of that file', async () => {
  const error = await fails("import { refuse } from './imported';\n\nrefuse({ size: 1 });");
  assert.deepEqual([error.name, error.line], ['RangeError', 3]);
  assert.match(error.traceback.join('\n'), /at refuse \(.*imported\.ts:9:\d+\)\n {4}at cell-/);
});

test('a cell that does not compile says where, and does not run', async () => {
  const { error, outputs } = await run("console.log('x');\n\nconst n: number = 'a';\nnope();");
  assert.deepEqual([error?.name, error?.line], ['CompileError', 3]);
  assert.match(error!.message, /'string' is not assignable to type 'number'.*and 1 more/);
  assert.ok(error!.traceback.some((line) => /^> 4 \| nope\(\);$/.test(line)));
  assert.deepEqual(outputs, []);
});

test('what is thrown need not be an Error; causes are told too', async () => {
  const text = await fails("throw 'a text';");
  assert.deepEqual([text.name, text.message, text.line], ['Thrown', "'a text'", 1]);
  const odd = await fails(
    'const f = async (code: number) => {\n  throw { code };\n};\n\nawait f(3);',
  );
  assert.deepEqual([odd.message, odd.line], ['{ code: 3 }', 2]);
  assert.deepEqual(odd.traceback.slice(-3), [
    'Thrown: { code: 3 }',
    `    at f (cell-${odd.cell}.ts:2:9)`,
    `    at cell-${odd.cell}.ts:5:7`,
  ]);
  const outer = await fails("throw new Error('outer', {\n  cause: new TypeError('inner'),\n});");
  assert.match(outer.traceback.join('\n'), /Error: outer.*\[cause\]: TypeError: inner/s);
});

test('a rejection that nobody handles fails the cell that caused it', async () => {
  const own = await fails("const f = async () => {\n  throw new Error('own');\n};\nf();");
  assert.deepEqual([own.message, own.line], ['own', 2]);
  assert.equal(
    await prints(
      "setTimeout(() => {\n  Promise.reject(new Error('late'));\n}, 1000);\nconsole.log('ok');",
    ),
    'ok\n',
  );
  const late = await fails('await new Promise((resolve) => setTimeout(resolve, 5000));');
  assert.deepEqual([late.message, late.line, late.cell], ['late', 2, own.cell + 1]);
  const timer = await fails(
    "setTimeout(() => { throw new Error('timer'); }, 1);\nawait new Promise(() => {});",
  );
  assert.deepEqual([timer.message, timer.line], ['timer', 1]);
  assert.equal(await prints("console.log('usable')"), 'usable\n');
});

test('a rejection between cells is told in the name of its own', async () => {
  await prints("setTimeout(() => { Promise.reject(new Error('between')); }, 50);");
  const cell = kernel.count;
  await until(() => idleErrors.length > 0);
  const [error] = idleErrors;
  assert.deepEqual([error?.message, error?.line, error?.cell], ['between', 1, cell]);
  assert.equal(await prints("console.log('usable')"), 'usable\n');
});

test('progress goes to its sink, not below the cell', async () => {
  const { lines, outputs } = await run(
    "const { progress } = require('../../dist/src/progress.js');\n" +
      "progress().update('1 of 2');\nprogress().update('2 of 2');\nprogress().done();",
  );
  assert.deepEqual(lines, ['1 of 2', '2 of 2', 'done']);
  assert.deepEqual(outputs, []);
});

test('what Node warns of is no output, as it would differ from run to run', async () => {
  assert.equal(await prints("process.emitWarning('careful');\nnew Buffer(1);"), '');
});

test('a cell that ends its process has failed, with what it printed', async () => {
  const { error, outputs } = await run("console.log('bye');\nprocess.exit(3);");
  assert.equal(error?.name, 'ProcessExit');
  assert.match(error!.message, /exit code 3/);
  assert.equal(outputs.length, 1);
  await restarted();
});

test('what other processes print is stored, what they tell on stderr is not', async () => {
  const { error, outputs, logged } = await run(`
    import { execSync, spawnSync } from 'node:child_process';
    spawnSync('node', ['-e', 'console.log("näive"); console.error("pid 1")'], { stdio: 'inherit' });
    process.stdout.write('own\\n');`);
  assert.equal(error, undefined);
  const text = outputs.map((output) => (output.output_type === 'stream' ? output.text : ''));
  assert.deepEqual(text.join('').split('\n').sort(), ['', 'näive', 'own']);
  assert.equal(logged, 'pid 1\n');
});

test('an interrupt ends what a cell awaits', async () => {
  const error = await interrupted("console.log('in');\nawait new Promise(() => {});");
  assert.deepEqual([error?.name, error?.message], ['Interrupted', 'the cell was interrupted.']);
  assert.equal(await prints("console.log('usable')"), 'usable\n');
});

const LONG_WORK = `
const { interruptible } = require('../../dist/src/interruption.js');
const work = (log: (line: string) => void) => interruptible(undefined, async (signal: AbortSignal) => {
  console.log('in');
  while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 200));
  log('wound up');
  throw new Error('stopped at 7', { cause: signal.reason });
});`;

test('an interrupt waits for interruptible work to wind up, which says where it stopped', async () => {
  await prints(LONG_WORK);
  const error = await interrupted('await work(console.log);');
  assert.deepEqual([error?.name, error?.message], ['Error', 'stopped at 7']);
  assert.match(error!.traceback.join('\n'), /\[cause\]: \[Interrupted: the cell was interrupted/);
  assert.match(JSON.stringify(outputs), /wound up/);
});

test('a second interrupt waits for nothing', async () => {
  const stubborn = await interrupted(
    'interruptible(undefined, () => new Promise(() => {}));\nconsole.log("in");\nawait new Promise(() => {});',
    2,
  );
  assert.equal(stubborn?.name, 'Interrupted');
  const busy = await interrupted("console.log('in');\nawait null;\nwhile (true) {}", 2);
  assert.equal(busy?.name, 'Interrupted');
  assert.equal(await prints("console.log('usable')"), 'usable\n');
});

test('an interrupt between cells does nothing', async () => {
  kernel.interrupt();
  assert.equal(await prints("await null;\nconsole.log('usable')"), 'usable\n');
});

test('completion, inspection and completeness are told, also while a cell runs', async () => {
  await prints("import * as sbd from 'selective-brain-damage';\nconst sparsities = [0.9];");
  const running = run('await new Promise((resolve) => setTimeout(resolve, 2000));\n"over"');
  const { start, end, candidates } = await kernel.ask('complete', 'const a = sbd.perCl', 19);
  assert.deepEqual([start, end], [14, 19]);
  assert.deepEqual(candidates, [{ text: 'perClassTTest', kind: 'alias' }]);
  const variables = await kernel.ask('complete', 'spars', 5);
  assert.deepEqual(variables.candidates[0], { text: 'sparsities', kind: 'const' });
  const docs = await kernel.ask('inspect', 'sbd.perClassTTest', 17);
  assert.match(docs!['text/plain'] as string, /perClassTTest\(predictions: .*Welch.*@throws/s);
  assert.match(
    docs!['text/markdown'] as string,
    /^```typescript\n\(alias\) function perClassTTest/,
  );
  const inBrackets = await kernel.ask('inspect', 'sbd.perClassTTest(sparsities, { ', 32);
  assert.match(inBrackets!['text/plain'] as string, /perClassTTest\(predictions: .*Welch/s);
  assert.equal(await kernel.ask('inspect', '1 + 1', 2), undefined);
  assert.deepEqual(await kernel.ask('isComplete', 'if (true) {'), {
    completed: false,
    indent: '  ',
  });
  assert.deepEqual(outputs, [], 'the cell has ended before the answers came');
  await running;
});

test('a cell that runs too long is ended, even when it never yields', async () => {
  const { error, outputs } = await run("console.log('busy');\nawait null;\nwhile (true) {}", 1);
  assert.equal(error?.name, 'TimeoutError');
  assert.match(error!.message, /longer than 1 s/);
  assert.equal(outputs.length, 1);
  assert.equal((await fails('1')).name, 'ProcessExit');
  await restarted();
});

test('with the process go those that it started', async () => {
  const source = `
    import { spawn } from 'node:child_process';
    const { pid } = spawn('node', ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    console.log(pid, process.pid);`;
  const pids = (await prints(source)).trim().split(' ').map(Number);
  assert.ok(pids.every(isAlive));
  await kernel.close();
  await until(() => !pids.some(isAlive));
});

test('nothing outlives a parent that is killed, not even an endless loop', {
  timeout: 30_000,
}, async () => {
  const parent = spawn(process.execPath, [join(__dirname, 'killedParent.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
  assert.ok(isAlive(Number(pid)));
  parent.kill('SIGKILL');
  await until(() => !isAlive(Number(pid)));
});

/** Interrupts a cell once it has printed something. */
async function interrupted(source: string, times = 1): Promise<CellError | undefined> {
  const running = run(source);
  await until(() => outputs.length > 0);
  for (let i = 0; i < times; i++) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    kernel.interrupt();
  }
  return (await running).error;
}
