import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { OptionError } from '#kernels/errors';
import type { Notebook } from '#kernels/notebook';
import { runNotebook } from '#kernels/runNotebook';

let root: string;
before(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'elsewhere-')));
});
after(() => rmSync(root, { recursive: true }));

/** Makes files below the temporary folder, which lies outside this project. */
function write(files: Readonly<Record<string, string | object>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(
      join(root, name),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
}

/** Runs a notebook of one cell in a folder there; returns what it printed, or why it failed. */
async function run(folder: string, source: string): Promise<string> {
  const cell = { cell_type: 'code', id: 'a', metadata: {}, execution_count: null, source } as const;
  const notebook: Notebook = { cells: [{ ...cell, outputs: [] }], metadata: {} };
  const { failure, notebook: ran } = await runNotebook(notebook, {
    directory: join(root, folder),
    observer: {},
  });
  if (failure) return `${failure.error.name}: ${failure.error.message}`;
  return (ran.cells[0] as { outputs: readonly { text?: string }[] }).outputs
    .map(({ text }) => text)
    .join('');
}

test("a folder without node_modules has Node's modules and types, and nothing of the kernel's", async () => {
  write({ 'bare/local.ts': "export const name: string = 'local';" });
  const source = `
    import { basename } from 'node:path';
    import { name } from './local';
    const bytes: Buffer = Buffer.from('abc');
    const id: number = process.pid;
    console.log(basename('/a/b'), name, bytes.length, id > 0);`;
  assert.equal(await run('bare', source), 'b local 3 true\n');
  // The kernel depends on it.
  assert.equal(
    await run('bare', "require('sharp');"),
    `Error: Cannot find the package 'sharp' from ${join(root, 'bare')}. Install it there: npm install sharp`,
  );
});

test("a folder's own packages come with their types, by a link and before the kernel's", async () => {
  write({
    'small/package.json': { name: 'small', version: '1.0.0', main: 'index.js' },
    'small/index.js': 'exports.double = (x) => 2 * x;',
    'small/index.d.ts': '/** Twice. */\nexport declare function double(x: number): number;',
    'own/package.json': { name: 'own', exports: { './internal/*': null, '.': './index.js' } },
    'own/node_modules/marked/package.json': { name: 'marked', version: '0.0.1', main: 'index.js' },
    'own/node_modules/marked/index.js': "exports.whose = 'own';",
    'own/node_modules/marked/index.d.ts': 'export declare const whose: string;',
  });
  symlinkSync(join(root, 'small'), join(root, 'own', 'node_modules', 'small'), 'junction');
  const imports = "import { double } from 'small';\nimport { whose } from 'marked';\n";
  assert.equal(await run('own', `${imports}console.log(double(2), whose);`), '4 own\n');
  assert.equal(
    await run('own', `${imports}const text: string = double(2);\nwhose;`),
    "CompileError: Type 'number' is not assignable to type 'string'.",
  );
  mkdirSync(join(root, 'own', 'deeper'));
  assert.equal(await run('own/deeper', `${imports}console.log(whose, double(3));`), 'own 6\n');
});

test('a package sees itself by its own name, with its types', async () => {
  write({
    'self/package.json': {
      name: '@scope/self',
      exports: {
        '.': { types: './index.d.ts', default: './index.js' },
        './part': { types: './part.d.ts', default: './part.js' },
      },
    },
    'self/index.js': 'exports.one = 1;',
    'self/index.d.ts': 'export declare const one: number;',
    'self/part.js': 'exports.two = 2;',
    'self/part.d.ts': 'export declare const two: number;',
    'self/notebooks/readme.txt': '',
  });
  const imports = "import { one } from '@scope/self';\nimport { two } from '@scope/self/part';\n";
  assert.equal(await run('self/notebooks', `${imports}console.log(one + two);`), '3\n');
  assert.match(
    await run('self/notebooks', `${imports}const text: string = two;\none;`),
    /CompileError: Type 'number' is not assignable to type 'string'/,
  );
});

test('whatever the manifest of the folder says, cells run', async () => {
  for (const manifest of [
    { exports: { '.': { types: './x.d.ts' } } },
    { name: 'x', exports: null },
  ]) {
    write({ 'odd/package.json': manifest });
    assert.equal(await run('odd', "console.log('ran');"), 'ran\n');
  }
});

test('a missing package is named with the folder and the command that installs it', async () => {
  write({
    'missing/local.ts': "import { nope } from '@scope/nope/deep';\nexport const value = nope;",
    'missing/plain.js': "exports.load = () => require('nope');",
    'missing/module.mjs': "import 'nope';",
    'missing/node_modules/broken/package.json': { name: 'broken', main: 'index.js' },
    'missing/node_modules/broken/index.js': "require('its-own-dependency');",
    'missing/node_modules/broken/index.d.ts': 'export {};',
  });
  const folder = join(root, 'missing');
  const install = (name: string) =>
    `Cannot find the package '${name}' from ${folder}. Install it there: npm install ${name}`;
  for (const [source, expected] of [
    ["import { nope } from 'nope';\nnope;", `CompileError: ${install('nope')}`],
    [
      "import * as sbd from 'selective-brain-damage';\nsbd;",
      `CompileError: ${install('selective-brain-damage')}`,
    ],
    ["await import('nope');", `CompileError: ${install('nope')}`],
    [
      "import type { Nope } from '@scope/nope/part';\nlet x: Nope;",
      `CompileError: ${install('@scope/nope')}`,
    ],
    ["import { value } from './local';\nvalue;", `CompileError: ${install('@scope/nope')}`],
    ["require('nope/part');", `Error: ${install('nope')}`],
    ["require('./plain.js').load();", `Error: ${install('nope')}`],
  ] as const)
    assert.equal(await run('missing', source), expected);
  const imported = `await new Promise((resolve, reject) => {
    const { Worker } = require('node:worker_threads');
    new Worker(require('node:path').resolve('module.mjs')).on('error', reject);
  });`;
  assert.equal(await run('missing', imported), `Error: ${install('nope')}`);
});

test("other things that are missing keep Node's and TypeScript's messages", async () => {
  for (const [source, expected] of [
    ["import { x } from './nope';\nx;", /^CompileError: Cannot find module '\.\/nope' or its/],
    ["import { x } from 'node:nope';\nx;", /^CompileError: Cannot find module 'node:nope' or its/],
    [
      "import { x } from 'broken/nope';\nx;",
      /^CompileError: Cannot find module 'broken\/nope' or its/,
    ],
    ["require('./nope');", /^Error: Cannot find module '\.\/nope'/],
    ["require('node:nope');", /^Error: No such built-in module: node:nope/],
    ["require('broken/nope');", /^Error: Cannot find module 'broken\/nope'/],
    ["require('broken');", /^Error: Cannot find module 'its-own-dependency'/],
  ] as const)
    assert.match(await run('missing', source), expected);
});

test('a folder that there is not is an error, not a run', async () => {
  const run = runNotebook({ cells: [], metadata: {} }, { directory: join(root, 'nowhere') });
  await assert.rejects(run, OptionError);
});
