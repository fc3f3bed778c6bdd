import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { CellError } from '#kernels/cellError';
import { KernelProcess } from '#kernels/kernelProcess';
import type { CellEvent } from '#kernels/notebook';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'language-')));
let outputs: CellEvent[] = [];
const kernel = new KernelProcess(folder, {
  output: (output) => outputs.push(output),
  log: () => {},
  progress: { update: () => {}, done: () => {} },
  idleError: () => {},
});
after(async () => {
  await kernel.close();
  rmSync(folder, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** The text that a cell shows, its value last. */
async function shows(source: string): Promise<string> {
  outputs = [];
  const error = await kernel.execute(source);
  assert.equal(error, undefined, error?.traceback.join('\n'));
  return outputs
    .map((output) =>
      'text' in output ? output.text : 'data' in output ? output.data['text/plain'] : '',
    )
    .join('');
}

async function fails(source: string): Promise<CellError> {
  const error = await kernel.execute(source);
  assert.ok(error, `expected a failure of:\n${source}`);
  return error;
}

/** The first test, since a kernel that has read them keeps them. */
it('the declarations of rare modules of Node are read where a cell or a package names them', async () => {
  const node = join(dirname(require.resolve('@types/node/package.json')), 'index.d.ts');
  // The first package brings Node's declarations before the second names one of the rare modules.
  write({
    'node_modules/earlier/package.json': '{ "name": "earlier", "types": "index.d.ts" }',
    'node_modules/earlier/index.d.ts': `/// <reference path="${node}" />\nexport declare const first: Buffer;`,
    'node_modules/serving/package.json': '{ "name": "serving", "types": "index.d.ts" }',
    'node_modules/serving/index.d.ts':
      "import type { ServerHttp2Stream } from 'http2';\nexport declare const stream: ServerHttp2Stream;",
  });
  const ofPackage = await fails(
    "import type { first } from 'earlier';\nimport type { stream } from 'serving';\nlet given: typeof stream | undefined;\nconst n: number = given!.id;\nconst s: string = given!.id;",
  );
  assert.match(ofPackage.message, /'number' is not assignable to type 'string'/);
  const error = await fails(
    "import { Session } from 'node:inspector';\nnew Session().connect(1, 2, 3);",
  );
  assert.match(error.message, /Expected 0 arguments, but got 3/);
});

describe('names', () => {
  it('stay where a cell fails, with their types', async () => {
    await fails(
      "const half = 1;\nfunction twice(n: number) { return 2 * n; }\nimport { sep } from 'node:path';\nthrow new Error('late');",
    );
    assert.equal(await shows('[half, twice(3), sep.length]'), '[ 1, 6, 1 ]');
    const error = await fails("const text: string = half;\n''");
    assert.match(error.message, /'number' is not assignable to type 'string'/);
  });

  it('of a failed cell are those that it reached: earlier ones of the same name stay', async () => {
    await shows("const kept = 'first';\nvar old = 'old';");
    await fails("if (Date.now() > 0) throw new Error('early');\nconst kept = 2;\nvar old = 2;");
    assert.equal(await shows('kept + old'), "'firstold'");
  });

  it('can be declared again, as anything', async () => {
    await shows('let again = 1;\nconst read = () => again;');
    await shows("class again { name = 'class'; }");
    assert.equal(await shows('[new again().name, read()]'), "[ 'class', 1 ]");
    await shows('interface again { n: number }\nconst typed: again = { n: 1 };');
    assert.match((await fails('again;')).message, /only refers to a type/);
  });

  it('that are variables can be assigned to, by their types; constants cannot', async () => {
    await shows('let n = 1;\nconst c = 2;\nfunction f() { return n; }');
    assert.equal(await shows('n += 4;\n[n] = [n + 1];\nf()'), '6');
    assert.match(
      (await fails("n = 'text';")).message,
      /'string' is not assignable to type 'number'/,
    );
    const constant = await fails('c = 3;');
    assert.match(constant.message, /Cannot assign to 'c' because it is a constant/);
    assert.match((await fails('f = () => 1;')).message, /because it is a function/);
  });

  it('are called without this, and by their own names', async () => {
    await shows('function whose(this: unknown) { return this === undefined; }');
    assert.equal(await shows('whose()'), 'true');
    assert.equal(await shows('(x: number) => x'), '[Function (anonymous)]');
    assert.equal(await shows('const named = () => 1;\nnamed'), '[Function: named]');
  });

  it('may be exported', async () => {
    await shows('export const ex = 5;\nexport default class Whole {}\nexport { ex as other };');
    assert.equal(await shows('[ex, new Whole()]'), '[ 5, Whole {} ]');
  });

  it('in patterns, loops, enums and namespaces are names too', async () => {
    await shows(
      'let { a, b: [c] } = { a: 1, b: [2] };\nfor (var i = 0; i < 3; i++);\nenum E { A, B }\nnamespace N { export const z = 1; }',
    );
    assert.equal(await shows('[a, c, i, E.B, N.z]'), '[ 1, 2, 3, 1, 1 ]');
    assert.equal(await shows('({ a, c } = { a: 8, c: 9 });\na * 10 + c'), '89');
  });
});

describe('the language', () => {
  it('is what the running Node has', async () => {
    assert.equal(await shows('[3, 1, 2].toSorted()'), '[ 1, 2, 3 ]');
    assert.equal(
      await shows("{\n  using x = { [Symbol.dispose]: () => console.log('closed') };\n}"),
      'closed\n',
    );
    const later = 'groupBy' in Object ? shows : fails;
    await later("Object.groupBy([1, 2], (n) => (n > 1 ? 'a' : 'b'));");
  });

  it('has import.meta, __dirname and require', async () => {
    assert.equal(
      await shows("[import.meta.url.startsWith('file:'), __dirname, import.meta.dirname]"),
      `[ true, '${folder}', '${folder}' ]`,
    );
    assert.equal(await shows("typeof require('node:fs').readFileSync"), "'function'");
  });

  it('is not checked below @ts-nocheck', async () => {
    assert.equal(await shows('// free\n// @ts-nocheck\nconst odd: string = 5;\nodd'), '5');
    assert.match((await fails('const odd: string = 5;')).message, /not assignable/);
  });

  it('maps errors that a cell prints itself', async () => {
    await shows("const breaks = () => {\n  throw new Error('shown');\n};");
    const cell = kernel.count;
    assert.equal(
      await shows('\ntry {\n  breaks();\n} catch (e) {\n  console.error(e);\n}'),
      `Error: shown\n    at breaks (cell-${cell}.ts:2:9)\n    at cell-${cell + 1}.ts:3:3\n`,
    );
  });

  it('recovers from an import of what there is not', async () => {
    const error = await fails("import { x } from './nothere';\nx;");
    assert.match(error.message, /Cannot find module '\.\/nothere'/);
    write({ 'unrelated.ts': 'export {};' });
    assert.equal(await shows('1 + 1'), '2');
    write({ 'nothere.ts': 'export const x = 7;' });
    assert.equal(await shows("import { x } from './nothere';\nx"), '7');
  });
});

describe('local modules', () => {
  it('may have any form', async () => {
    write({
      'tla.mjs': "export const ready = await Promise.resolve('ready');",
      'lib/index.ts': 'export const inner: number = 3;',
      'mod.ts': "import { inner } from './lib';\nexport const f = (): number => inner + 1;",
      'd.json': '{ "k": 1 }',
      'plain.cjs': 'exports.common = __filename.length > 0;',
      'plain.js': "module.exports = class Common { static who = 'class'; };",
      'esm/package.json': '{ "type": "module" }',
      'esm/index.js':
        "export default function () { return import.meta.filename; }\nexport * from '../mod.ts';",
    });
    assert.equal(await shows("(await import('./tla.mjs')).ready"), "'ready'");
    assert.equal(await shows("import { inner } from './lib';\ninner"), '3');
    assert.equal(await shows("import { f } from './mod.ts';\nf()"), '4');
    assert.equal(await shows("import d from './d.json' with { type: 'json' };\nd.k"), '1');
    assert.equal(await shows("import { common } from './plain.cjs';\ncommon"), 'true');
    assert.equal(await shows("import Common from './plain.js';\nCommon.who"), "'class'");
    assert.equal(
      await shows("import whole, { f as g } from './esm/index.js';\n[whole(), g()]"),
      `[ '${join(folder, 'esm', 'index.js')}', 4 ]`,
    );
  });

  it('are one copy each, and may form circles', async () => {
    write({
      'one.ts': 'export const key = {};\nconsole.log("ran once");',
      'left.ts':
        "export { key } from './one';\nimport { right } from './right';\nexport const left = () => right;\nexport const both = () => right();",
      'right.ts':
        "import { key } from './one.js';\nimport * as l from './left';\nexport const right = () => [key === l.key, typeof l.left];",
    });
    assert.equal(
      await shows("import { both } from './left';\nimport { key } from './one';\nboth()"),
      "ran once\n[ true, 'function' ]",
    );
    assert.equal(await shows("(await import('./one.ts')).key === key"), 'true');
  });

  it('are loaded again where they, or what they import, are edited', async () => {
    write({
      'dep.ts': 'export const value = 1;',
      'uses.ts': "import { value } from './dep';\nexport const used = () => value;",
      'still.ts': 'export const still = {};',
      'far.cjs': "exports.far = require('./near.cjs').near;",
      'near.cjs': 'exports.near = 1;',
    });
    const all =
      "import { used } from './uses';\nimport { still } from './still';\nimport { far } from './far.cjs';\n";
    assert.equal(await shows(`${all}const first = still;\n[used(), far]`), '[ 1, 1 ]');
    write({
      'dep.ts': 'export const value: string = "second";',
      'near.cjs': 'exports.near = "second";',
    });
    assert.equal(
      await shows(`${all}[used(), first === still, far]`),
      "[ 'second', true, 'second' ]",
    );
    const error = await fails("import { used } from './uses';\nconst n: number = used();");
    assert.match(error.message, /'string' is not assignable to type 'number'/);
    write({ 'dep.ts': '\n\nexport const value = (() => {\n  throw new Error("third");\n})();' });
    const thrown = await fails("import { used } from './uses';\nused();");
    assert.match(thrown.traceback.join('\n'), /dep\.ts:4:9/);
    write({ 'dep.ts': 'export const value = 4;' });
    assert.equal(await shows("import { used } from './uses';\nused()"), '4');
  });

  it('are checked with the cell that imports them', async () => {
    write({ 'wrong.ts': '\nexport const n: number = "text";' });
    const error = await fails("import { n } from './wrong';\nn;");
    assert.deepEqual(error.traceback, [
      `${join(folder, 'wrong.ts')}, line 2`,
      "TS2322: Type 'string' is not assignable to type 'number'.",
    ]);
    assert.equal(await shows('1 + 1'), '2');
  });

  it('may be packages that are installed meanwhile', async () => {
    assert.match((await fails("import { late } from 'late';\nlate;")).message, /npm install late/);
    write({
      'node_modules/late/package.json':
        '{ "name": "late", "exports": { "import": "./i.mjs", "require": "./r.cjs" } }',
      'node_modules/late/i.mjs': "export const late = 'import';",
      'node_modules/late/r.cjs': "exports.late = 'require';",
      'node_modules/old/package.json': '{ "name": "old", "main": "index.js" }',
      'node_modules/old/index.js': "Object.assign(module.exports, { computed: 'yes' });",
    });
    assert.equal(await shows("import { late } from 'late';\nlate"), "'import'");
    assert.equal(await shows("import { computed } from 'old';\ncomputed"), "'yes'");
    assert.equal(await shows("require('late').late"), "'require'");
  });
});

describe('help', () => {
  const complete = async (code: string) => {
    const position = code.indexOf('|');
    const plain = code.replace('|', '');
    const { candidates } = await kernel.ask('complete', plain, position);
    return candidates.map(({ text }) => text);
  };

  it('completes names, members, modules and what they export', async () => {
    write({
      'package.json': '{ "dependencies": { "d3-array": "1", "d3-scale": "1" } }',
      'node_modules/d3-array/package.json': '{ "name": "d3-array", "main": "i.js" }',
      'node_modules/d3-array/i.js': '',
      'node_modules/d3-array/i.d.ts': 'export declare const bin: 1;',
      'node_modules/d3-scale/package.json':
        '{ "name": "d3-scale", "main": "i.js", "types": "i.d.ts" }',
      'node_modules/d3-scale/i.d.ts': 'export declare const linear: 1;',
    });
    await shows('const sparsities = [0.9];');
    assert.equal((await complete('spars|'))[0], 'sparsities');
    assert.ok((await complete('sparsities.toSo|')).includes('toSorted'));
    assert.ok((await complete("import {} from './l|'")).includes('lib'));
    const packages = await complete("import {} from 'd3-|'");
    assert.deepEqual(packages.sort(), ['d3-array', 'd3-scale']);
    assert.ok((await complete("import { | } from './mod'")).includes('f'));
    assert.deepEqual(await complete('nothingOfThatName|'), []);
  });

  it('tells the declaration of a type, documentation, and nothing of an unknown name', async () => {
    await shows(
      '/** Where something is.\n * @see nothing */\ninterface Place {\n  /** From 1. */\n  line: number;\n}\n/** Counts. */\nfunction count(place: Place) { return place.line; }',
    );
    const inspect = async (code: string) =>
      (await kernel.ask('inspect', code, code.length))?.['text/plain'];
    assert.match(
      String(await inspect('let p: Place')),
      /^interface Place \{.*line: number.*Where something is.*@see nothing/s,
    );
    assert.match(
      String(await inspect('count')),
      /^function count\(place: Place\): number\n\nCounts\.$/,
    );
    assert.equal(await inspect('unknownName'), undefined);
  });

  it('knows what is complete', async () => {
    for (const [code, status] of [
      ['1', 'complete'],
      ['const a = `abc', 'incomplete'],
      ['if (true) {', 'incomplete'],
      ['/* on', 'incomplete'],
      ['f(1,', 'incomplete'],
      ['const = 1', 'invalid'],
      ["const a = 'b", 'invalid'],
    ] as const)
      assert.equal((await kernel.ask('isComplete', code)).status, status, code);
  });
});
