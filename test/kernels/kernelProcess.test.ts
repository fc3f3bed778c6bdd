import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { CellError } from '../../kernels/cellError';
import { KernelProcess } from '../../kernels/kernelProcess';
import type { CellOutput } from '../../kernels/notebook';
import { FIXTURES } from './fixtures';

let kernel = new KernelProcess(FIXTURES);
after(() => kernel.close());

async function run(source: string, timeout?: number) {
  const outputs: CellOutput[] = [];
  const lines: string[] = [];
  const error = await kernel.execute(source, {
    onOutput: (output) => outputs.push(output),
    progress: { update: (line) => lines.push(line), done: () => lines.push('done') },
    ...(timeout !== undefined && { timeout }),
  });
  return { error, outputs, lines };
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
  kernel = new KernelProcess(FIXTURES);
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
  assert.deepEqual([text.name, text.message], ['Thrown', "'a text'"]);
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

test('a rejection between cells fails the next one asked for, in the name of its own', async () => {
  await prints("setTimeout(() => { Promise.reject(new Error('between')); }, 50);");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const error = await fails('1');
  assert.deepEqual([error.message, error.line], ['between', 1]);
  assert.deepEqual((await kernel.close())?.message, 'between');
  await restarted();
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

test('a cell that runs too long is ended, even when it never yields', async () => {
  await prints('// the process is up');
  const { error, outputs } = await run("console.log('busy');\nwhile (true) {}", 4);
  assert.equal(error?.name, 'TimeoutError');
  assert.match(error!.message, /longer than 4 s/);
  assert.equal(outputs.length, 1);
  assert.equal((await fails('1')).name, 'ProcessExit');
});
