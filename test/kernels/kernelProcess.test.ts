import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { CellError } from '#kernels/cellError';
import type { Question } from '#kernels/guarded';
import { KernelProcess } from '#kernels/kernelProcess';
import type { CellEvent } from '#kernels/notebook';
import { FIXTURES } from './fixtures';
import { gateOf } from './gate';
import { isAlive, until } from './processes';

let outputs: CellEvent[] = [];
/** Answers a question of a cell; undefined where nobody can be asked. */
let answer: (question: Question) => Promise<string | undefined>;
let lines: string[] = [];
let logged = '';
let idleErrors: CellError[] = [];
let kernel = start();
after(() => kernel.close());

function start(directory = FIXTURES): KernelProcess {
  return new KernelProcess(directory, {
    output: (output) => outputs.push(output),
    log: (text) => {
      logged += text;
    },
    progress: { update: (line) => lines.push(line), done: () => lines.push('done') },
    idleError: (error) => idleErrors.push(error),
    input: (question) => answer(question),
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
  return textOf(outputs);
}

function textOf(outputs: readonly CellEvent[]): string {
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

test('installed packages come with their types', async () => {
  for (const [source, message] of [
    ["import { ImageDataset } from 'selective-brain-damage';\nImageDataset.nope;", /nope/],
    [
      "import { DataFrame } from 'selective-brain-damage';\nconst n: number = new DataFrame([[1]]).shape;",
      /'number\[\]'/,
    ],
    [
      "import { tf } from 'selective-brain-damage';\nconst n: string = tf.scalar(1).size;",
      /'number'/,
    ],
    [
      "import { median } from 'selective-brain-damage-statistics/internal';\nconst n: number = median;",
      /median/,
    ],
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

test('what is caught and thrown again keeps its first place, and shows no machinery', async () => {
  const error = await fails("try {\n  throw new RangeError('once');\n} catch (e) {\n  throw e;\n}");
  assert.deepEqual([error.name, error.line], ['RangeError', 2]);
  assert.deepEqual(error.traceback.slice(-2), [
    'RangeError: once',
    `    at cell-${error.cell}.ts:2:9`,
  ]);
  const shown = await fails(
    "display({\n  [Symbol.for('Jupyter.display')]() {\n    throw new Error('not shown');\n  },\n});",
  );
  assert.equal(shown.line, 3);
  assert.doesNotMatch(shown.traceback.join('\n'), /session|display\.[jt]s|tslab|node:/);
});

test('what cannot be shown, or has no name, is an error like any other', async () => {
  const odd = await fails(
    "throw { size: 3, [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no'); } };",
  );
  assert.deepEqual([odd.name, odd.line], ['Thrown', 1]);
  assert.match(odd.message, /size: 3/);
  const nameless = await fails("throw Object.assign(new Error('plain'), { name: undefined });");
  assert.deepEqual([nameless.name, nameless.message], ['Error', 'plain']);
  const hostile = await fails(
    "throw Object.defineProperty(new Error(), 'stack', { get() { throw new Error('no'); } });",
  );
  assert.equal(hostile.name, 'Error');
  assert.equal(await prints("console.log('usable')"), 'usable\n');
});

test('a promise as the last expression is awaited; what it resolves to is shown, if anything', async () => {
  const { outputs: nothing } = await run("display({ 'text/plain': 'x' })");
  assert.deepEqual(
    nothing.map(({ output_type }) => output_type),
    ['display_data'],
  );
  const { outputs: value } = await run('Promise.resolve(6 * 7)');
  assert.deepEqual(
    value.map((output) => 'data' in output && output.data),
    [{ 'text/plain': '42' }],
  );
  const rejected = await fails("\nPromise.reject(new RangeError('last'))");
  assert.deepEqual([rejected.message, rejected.line], ['last', 2]);
});

test('a last expression that throws where it is read is shown', async () => {
  for (const source of [
    "new Proxy({}, { get() { throw new Error('no'); } })",
    'const odd = new Proxy([1], { get() { throw 1; } });\nodd',
    'display(new Proxy({}, { get() { throw 1; } }));',
  ])
    assert.deepEqual(
      (await run(source)).outputs.map((output) => 'data' in output && output.data),
      [{ 'text/plain': source.includes('[1]') ? '[ 1 ]' : '{}' }],
    );
});

test('a display is shown after its cell has ended, and fails its cell where it cannot be told', async (context) => {
  const gate = gateOf(context);
  await prints(gate.later("void display({ 'text/plain': 'late' });"));
  gate.open();
  await until(() => outputs.length > 0);
  assert.match(JSON.stringify(outputs), /late/);
  const error = await fails("display({ 'application/json': { n: 1n } });");
  assert.match(error.message, /BigInt/);
});

test('code that is not counted has the last count and a name of its own', async () => {
  await prints("const counted = 1;\n'value'");
  const { count } = kernel;
  await kernel.execute("function fail(): void {\n\n  throw new Error('early');\n}\n'x'", {
    counts: false,
  });
  const result = outputs.at(-1);
  assert.ok(result?.output_type === 'execute_result');
  assert.deepEqual([kernel.count, result.execution_count], [count, count]);
  const error = await fails('const a = 1;\n\n\nfail();');
  assert.deepEqual([error.cell, error.line], [count + 1, 4]);
  assert.match(error.traceback.join('\n'), /at fail \(uncounted-1\.ts:3:\d+\)/);
});

test('a rejection that nobody handles fails the cell that caused it', async () => {
  const own = await fails("const f = async () => {\n  throw new Error('own');\n};\nf();");
  assert.deepEqual([own.message, own.line], ['own', 2]);
  const timer = await fails(
    "setTimeout(() => { throw new Error('timer'); }, 1);\nawait new Promise(() => {});",
  );
  assert.deepEqual([timer.message, timer.line], ['timer', 1]);
  assert.deepEqual([timer.cell, timer.message], [own.cell + 1, 'timer']);
  assert.equal(await prints("console.log('usable')"), 'usable\n');
});

test('a late failure is told in the name of its own cell, and fails no other', async (context) => {
  for (const late of [
    "Promise.reject(new Error('late'));",
    "setTimeout(() => { throw new Error('late'); });",
  ]) {
    const gate = gateOf(context);
    await prints(gate.later(late));
    const cell = kernel.count;
    const running = run(`${gate.opens}\nawait new Promise(() => {});`);
    await until(() => idleErrors.length > 0);
    assert.deepEqual(
      idleErrors.map(({ message, line, cell }) => [message, line, cell]),
      [['late', 2, cell]],
    );
    kernel.interrupt();
    assert.equal((await running).error?.name, 'Interrupted');
  }
});

test('a rejection without a line of a cell is the fault of the cell that made the promise', async (context) => {
  const gate = gateOf(context);
  const program = `setInterval(() => {
    if (require('node:fs').existsSync(process.argv[1])) process.exit(7);
  }, 10);`;
  await prints(`
    import { promisify } from 'node:util';
    import { execFile } from 'node:child_process';
    const args = ${JSON.stringify(['-e', program, gate.file])};
    void promisify(execFile)(process.execPath, args);`);
  const cell = kernel.count;
  await prints(gate.opens);
  await until(() => idleErrors.length > 0);
  const [error] = idleErrors;
  assert.match(error!.message, /Command failed: .*node/);
  assert.deepEqual([error!.cell, error!.traceback[0]], [cell, `cell ${cell}`]);
});

test('a rejection that fails a cell stops the interruptible work that the cell waits for', async () => {
  const error = await fails(`
    const { interruptible } = require('../../src/statistics/dist/interruption.js');
    setTimeout(() => { Promise.reject(new Error('aside')); }, 20);
    await interruptible(undefined, (signal: AbortSignal) => new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        (globalThis as { isStopped?: boolean }).isStopped = true;
        reject(signal.reason);
      });
    }));`);
  assert.deepEqual([error.message, error.line], ['aside', 3]);
  assert.equal(
    await prints('console.log((globalThis as { isStopped?: boolean }).isStopped);'),
    'true\n',
  );
});

test('a rejection between cells is told in the name of its own', async (context) => {
  const gate = gateOf(context);
  await prints(gate.later("Promise.reject(new Error('between'));"));
  const cell = kernel.count;
  gate.open();
  await until(() => idleErrors.length > 0);
  const [error] = idleErrors;
  assert.deepEqual([error?.message, error?.line, error?.cell], ['between', 2, cell]);
  assert.equal(await prints("console.log('usable')"), 'usable\n');
});

test('progress goes to its sink, not below the cell', async () => {
  const { lines, outputs } = await run(
    "const { progress } = require('../../src/statistics/dist/progress.js');\n" +
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

test('cells see the environment that the kernel was started with', async () => {
  assert.equal(process.env.MALLOC_ARENA_MAX, undefined);
  assert.equal(await prints('console.log(process.env.MALLOC_ARENA_MAX);'), 'undefined\n');
});

test('an interrupt ends what a cell awaits', async () => {
  const error = await interrupted("console.log('in');\nawait new Promise(() => {});");
  assert.deepEqual([error?.name, error?.message], ['Interrupted', 'the cell was interrupted.']);
  assert.equal(await prints("console.log('usable')"), 'usable\n');
});

const LONG_WORK = `
const { interruptible } = require('../../src/statistics/dist/interruption.js');
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

test('a computation without a pause is broken off behind an await and in a function too', async () => {
  for (const source of [
    "console.log('in');\nawait null;\nwhile (true) {}",
    "await new Promise((resolve) => setTimeout(resolve, 5));\nconst spin = async () => {\n  await null;\n  console.log('in');\n  while (true) {}\n};\nawait spin();",
  ]) {
    const error = await interrupted(source, 2);
    assert.equal(error?.name, 'Interrupted', error?.message);
    assert.equal(await prints("await null;\nconsole.log('usable')"), 'usable\n');
  }
});

const SLEEP = 'const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));';

test('an interrupt stops a loop of the cell where it waits, and its clean-up is done', async () => {
  await prints(`${SLEEP}
    async function epochs(name: string): Promise<void> {
      try {
        for (let i = 0; ; i++) {
          console.log(name, i);
          await sleep(20);
        }
      } finally {
        await sleep(50);
        console.log(name, 'saved');
      }
    }`);
  const error = await interrupted(
    "try {\n  await epochs('a');\n} finally {\n  console.log('closed');\n}",
  );
  assert.equal(error?.name, 'Interrupted');
  assert.match(textOf(outputs), /^a 0\n(a \d+\n)*a saved\nclosed\n$/);
  assert.equal(await prints("await sleep(200);\nconsole.log('next')"), 'next\n');
});

test('an interrupt stops a for await, and what runs beside it', async () => {
  await prints(
    'async function* ticks() {\n  for (let i = 0; ; i++) {\n    await sleep(20);\n    yield i;\n  }\n}',
  );
  await interrupted('for await (const i of ticks()) console.log(i);');
  assert.equal(await prints("await sleep(200);\nconsole.log('next')"), 'next\n');
  const beside = await interrupted(`
    const lanes = ['a', 'b', 'c'].map(async (name) => {
      for (;;) {
        await sleep(20);
        console.log(name);
      }
    });
    await Promise.all(lanes);`);
  assert.equal(beside?.name, 'Interrupted');
  assert.equal(await prints("await sleep(200);\nconsole.log('next')"), 'next\n');
});

test('a loop that takes no notice is left where it waits by a second interrupt', async () => {
  const error = await interrupted(
    "for (;;) {\n  console.log('on');\n  try {\n    await sleep(20);\n  } catch {}\n}",
    2,
  );
  assert.equal(error?.name, 'Interrupted');
  assert.equal(await prints("await sleep(200);\nconsole.log('next')"), 'next\n');
});

test('what a cell left to a library stops when it next prints after an interrupt', async () => {
  // As a library does: not of the cells' code.
  await prints(`
    const library = new Function('onEpoch', \`return (async () => {
      for (let i = 0; ; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        globalThis.epochs = i;
        onEpoch(i);
      }
    })()\`) as (onEpoch: (i: number) => void) => Promise<void>;`);
  await interrupted('await library((i) => console.log(i));');
  assert.equal(
    await prints(`
      const count = () => (globalThis as { epochs?: number }).epochs;
      await sleep(100);
      const before = count();
      await sleep(200);
      console.log(count() === before);`),
    'true\n',
  );
});

test('waiting keeps types, values and what is thrown', async () => {
  assert.equal(
    await prints(`
      const thenable = { then: (resolve: (n: number) => void) => resolve(3) };
      const a: 'x' | 'y' = await Promise.resolve('x');
      const b: number = (await 1) + (await thenable);
      const c: number[] = await Promise.all([1, Promise.resolve(2)]);
      const d: string[] = [];
      for await (const item of ['p', Promise.resolve('q')]) d.push(item);
      const e: string = await Promise.reject(new Error('z')).catch(({ message }) => message);
      console.log(a, b, c.length, d.join(''), e);`),
    'x 4 2 pq z\n',
  );
  const deep = await fails(
    "const inner = async () => {\n  await sleep(1);\n  throw new TypeError('deep');\n};\nconst outer = async () => {\n  await inner();\n};\n\nawait outer();",
  );
  assert.deepEqual(
    deep.traceback.filter((line) => line.startsWith('    at ')),
    [
      `    at inner (cell-${deep.cell}.ts:3:9)`,
      `    at async outer (cell-${deep.cell}.ts:6:3)`,
      `    at async cell-${deep.cell}.ts:9:1`,
    ],
  );
});

test('an interrupt hits the cell that ran when it was asked for, or none', async () => {
  const later = "await new Promise((resolve) => setTimeout(resolve, 50));\nconsole.log('usable');";
  for (let i = 0; i < 5; i++) {
    kernel.interrupt();
    assert.equal(await prints(later), 'usable\n');
    const first = run('1');
    kernel.interrupt();
    const { error } = await first;
    assert.ok(error === undefined || error.name === 'Interrupted', error?.message);
    assert.equal(await prints(later), 'usable\n');
  }
  const early = run('await new Promise(() => {});');
  kernel.interrupt();
  assert.equal((await early).error?.name, 'Interrupted');
});

test('one interrupt ends a computation without a pause, and what a cell waits for without one', async () => {
  await prints('const before = 1;');
  for (const source of [
    'const at = 2;\nwhile (true) {}',
    "execSync('sleep 600');",
    "try {\n  execSync('sleep 600; sleep 600');\n} catch {}\nawait new Promise(() => {});",
    "spawnSync('node', ['-e', \"process.on('SIGINT', () => {}); setInterval(() => {}, 1000)\"]);",
    "prompt('name?');",
  ]) {
    answer = () => new Promise(() => {});
    const error = await interrupted(
      `import { execSync, spawnSync } from 'node:child_process';\nconsole.log('in');\n${source}`,
    );
    assert.equal(error?.name, 'Interrupted', `${source}: ${error?.traceback.join('\n')}`);
    assert.equal(await prints('console.log(before);'), '1\n');
  }
  assert.equal(await prints('console.log(at);'), '2\n');
});

test('a cell asks the person at the notebook', async () => {
  const asked: string[] = [];
  const answers = ['Ada', '', 'y', 'first line', 'second'];
  answer = async ({ prompt }) => {
    asked.push(prompt);
    return answers.shift();
  };
  assert.equal(
    await prints("console.log(prompt('name?'), prompt('city?', 'Ulm'), confirm('sure?'));"),
    'Ada Ulm true\n',
  );
  assert.deepEqual(asked, ['name? ', 'city? [Ulm] ', 'sure? [y/N] ']);
  assert.equal(
    await prints(`import { createInterface } from 'node:readline/promises';
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      const first = await lines.question('line? ');
      console.log(first, await lines.question('more? '));
      lines.close();`),
    'line? more? first line second\n',
  );
  for (const source of [
    "prompt('name?');",
    "import { createInterface } from 'node:readline/promises';\nawait createInterface({ input: process.stdin }).question('line? ');",
  ]) {
    answer = async () => undefined;
    const error = await fails(source);
    assert.equal(error.name, 'InputError', error.traceback.join('\n'));
  }
});

test('an output can be replaced by its name, and all can be removed', async () => {
  const { outputs } = await run(`
    display({ 'text/plain': 'one' }, { display_id: 'a' });
    display({ 'text/plain': 'two' }, { display_id: 'a', update: true });
    clearOutput({ wait: true });`);
  const named = { metadata: {}, transient: { display_id: 'a' } };
  assert.deepEqual(outputs, [
    { output_type: 'display_data', data: { 'text/plain': 'one' }, ...named },
    { output_type: 'update_display_data', data: { 'text/plain': 'two' }, ...named },
    { output_type: 'clear_output', wait: true },
  ]);
});

test('a second interrupt waits for nothing', async () => {
  const stubborn = await interrupted(
    'interruptible(undefined, () => new Promise(() => {}));\nconsole.log("in");\nawait new Promise(() => {});',
    2,
  );
  assert.equal(stubborn?.name, 'Interrupted');
  const busy = await interrupted("console.log('in');\nwhile (true) {}", 2);
  assert.equal(busy?.name, 'Interrupted');
  assert.equal(await prints("console.log('usable')"), 'usable\n');
  // That work never ends.
  await restarted();
});

test('completion, inspection and completeness are told, also while a cell runs', async (context) => {
  await prints(
    "import * as statistics from 'selective-brain-damage-statistics';\nconst sparsities = [0.9];",
  );
  const gate = gateOf(context);
  const running = run(gate.waits);
  const complete = 'const a = statistics.perClassTT';
  const { start, end, candidates } = await kernel.ask('complete', complete, complete.length);
  assert.deepEqual([start, end], [21, 31]);
  assert.deepEqual(candidates, [{ text: 'perClassTTest', kind: 'alias' }]);
  const variables = await kernel.ask('complete', 'spars', 5);
  assert.deepEqual(variables.candidates[0], { text: 'sparsities', kind: 'const' });
  const call = 'statistics.perClassTTest(sparsities, { ';
  const docs = await kernel.ask('inspect', call, 24);
  assert.match(docs!['text/plain'] as string, /perClassTTest\(predictions: .*Welch.*@throws/s);
  assert.match(docs!['text/markdown'] as string, /^```typescript\n\(alias\) perClassTTest/);
  const inBrackets = await kernel.ask('inspect', call, call.length);
  assert.match(inBrackets!['text/plain'] as string, /perClassTTest\(predictions: .*Welch/s);
  assert.equal(await kernel.ask('inspect', '1 + 1', 2), undefined);
  assert.deepEqual(await kernel.ask('isComplete', 'if (true) {'), {
    status: 'incomplete',
    indent: '  ',
  });
  gate.open();
  assert.equal((await running).error, undefined);
});

test('a cell that runs too long is ended, even when it never yields', async () => {
  for (const source of ['await new Promise(() => {});', 'while (true) {}']) {
    const { error } = await run(source, 1);
    assert.deepEqual(
      [error?.name, error?.message],
      ['TimeoutError', 'the cell ran longer than 1 s.'],
    );
    await restarted();
  }
});

test('a cell that does not stop is killed, keeps what it printed, and leaves no process', async () => {
  await prints(LONG_WORK);
  const running = run(
    "void interruptible(undefined, () => new Promise(() => {}));\nconsole.log('busy');\nwhile (true) {}",
  );
  await until(() => outputs.length > 0);
  kernel.stop();
  const { error } = await running;
  assert.equal(error?.name, 'Interrupted');
  assert.match(error!.message, /did not end within 5 s, so its process was ended/);
  assert.equal(textOf(outputs), 'busy\n');
  const next = await fails('1');
  assert.deepEqual(
    [next.name, next.message],
    ['ProcessExit', 'the process of the cells has ended (SIGKILL).'],
  );
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

test('nothing outlives a parent that is killed, not even an endless loop', async () => {
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
