import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { writeFlat } from '../library/datasets/pictures';
import { ALL_LIMITS, STATISTICS_LIMITS } from './limits';
import {
  emptyProject,
  install,
  installedTree,
  installScripts,
  nativeFiles,
  packAll,
  ROOT,
  registryAnswers,
  run,
  type Tarballs,
} from './npm';

/** The five cells of the paper, with one of their options each. */
const CELLS = [
  'loadImageNetRecords',
  'trainPruned',
  'perClassTTest',
  'findPIEs',
  'evalRobustness',
] as const;
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** Declarations of tfjs's that no strict compiler accepts: who uses it needs skipLibCheck. */
const NOT_OURS = /^(node_modules\/(@tensorflow|@webgpu)\/|\S*\/lib\/lib\.dom\.d\.ts)/;

/** Both names of the variable that chooses what runs the networks. */
const WEBASSEMBLY = { SBD_BACKEND: 'wasm-simd' };

let tarballs: Tarballs;
const folders: string[] = [];

before(async () => {
  const folder = project();
  tarballs = await packAll(folder);
});
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string>> = {}): string {
  const folder = emptyProject();
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Installs, or skips the test where there is no registry to install from; returns whether it did. */
async function installed(
  t: TestContext,
  folder: string,
  wanted: readonly string[],
  ...options: readonly string[]
): Promise<boolean> {
  const { status, stderr } = await install(folder, wanted, ...options);
  if (status === 0) return true;
  if (await registryAnswers(folder)) assert.fail(`npm install ended with ${status}:\n${stderr}`);
  t.skip('the npm registry cannot be reached, and npm has not all packages in its cache');
  return false;
}

/** What a script of the folder prints, as JSON. */
async function printed(folder: string, file: string): Promise<unknown> {
  const { status, stdout, stderr } = await run(folder, process.execPath, [file], WEBASSEMBLY);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** What the compiler complains of, a line each. */
async function complaints(folder: string, file: string, options: object): Promise<string[]> {
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', ...options };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: [file] }, null, 2),
  );
  const { stdout } = await run(folder, process.execPath, [TSC, '--pretty', 'false']);
  return stdout.split(/\r?\n/).filter((line) => /^\S.*error TS/.test(line));
}

const RESOLUTIONS = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

const LIBRARY_FILES = {
  'cells.mjs': `
import * as sbd from 'selective-brain-damage';
import { ${CELLS.join(', ')} } from 'selective-brain-damage';
const named = { ${CELLS.join(', ')} };
console.log(JSON.stringify(Object.keys(named).filter((name) => typeof named[name] === 'function' && sbd[name] === named[name])));
`,
  'cells.cjs': `
const sbd = require('selective-brain-damage');
console.log(JSON.stringify(${JSON.stringify(CELLS)}.filter((name) => typeof sbd[name] === 'function')));
`,
  'train.mjs': `
import { loadImageFolder, tf, trainPruned } from 'selective-brain-damage';
const data = await loadImageFolder('images');
const { run } = await trainPruned({
  data, model: { name: 'small-cnn', width: 4 }, sparsity: 0.5, seed: 1, steps: 6, batchSize: 4,
  onProgress() {},
});
console.log(JSON.stringify({ sparsity: run.outcome.sparsity, backend: tf.getBackend() }));
`,
  'cells.ts': `
import * as sbd from 'selective-brain-damage';
import { ${CELLS.join(', ')} } from 'selective-brain-damage';

type IsAny<T> = 0 extends 1 & T ? true : false;
type Cells = Pick<typeof sbd, '${CELLS.join("' | '")}'>;
/** False where a cell, an argument of it or its result has lost its type. */
type Typed = {
  [Name in keyof Cells]: true extends
    | IsAny<Cells[Name]>
    | IsAny<Parameters<Cells[Name]>[0]>
    | IsAny<Awaited<ReturnType<Cells[Name]>>>
    ? false
    : true;
};
export const typed: Typed = { ${CELLS.map((name) => `${name}: true`).join(', ')} };

export async function use(files: string): Promise<number> {
  const data: sbd.ImageDataset = await loadImageNetRecords(files);
  const { run } = await trainPruned({ data, model: { name: 'small-cnn' }, sparsity: 0.9, seed: 1 });
  const predictions = await sbd.readPredictions(files);
  const classes: sbd.DataFrame = perClassTTest(predictions, { alpha: 0.01 });
  const pies: sbd.DataFrame = findPIEs(predictions);
  // @ts-expect-error no such option
  await evalRobustness(files, { cleaned: data });
  // @ts-expect-error a number is no predictions
  findPIEs(1);
  return run.outcome.sparsity + classes.shape[0]! + pies.shape[0]!;
}
`,
};

for (const [how, options] of [
  ['with install scripts', []],
  ['with --ignore-scripts', ['--ignore-scripts']],
] as const)
  describe(`all three packages, ${how}`, () => {
    const folder = project(LIBRARY_FILES);
    let ready = false;

    test('install from the npm registry alone', async (t) => {
      const all = [tarballs.statistics, tarballs.library, tarballs.notebooks];
      if (options.length > 0 && tarballs.kernels) all.push(tarballs.kernels);
      ready = await installed(t, folder, all, ...options);
    });

    /** A test of what was installed. */
    const check = (name: string, work: () => Promise<void>) =>
      test(name, (t) => (ready ? work() : t.skip('the packages are not installed')));

    check('import and require find the five cells', async () => {
      assert.deepEqual(await printed(folder, 'cells.mjs'), CELLS);
      assert.deepEqual(await printed(folder, 'cells.cjs'), CELLS);
    });

    check('a small training runs on WebAssembly', async () => {
      for (const [name, colour] of [
        ['blue', [0, 0, 255]],
        ['red', [255, 0, 0]],
      ] as const)
        for (let i = 0; i < 6; i++)
          await writeFlat(join(folder, 'images', name, `${i}.png`), 32, colour);
      const { sparsity, backend } = (await printed(folder, 'train.mjs')) as {
        sparsity: number;
        backend: string;
      };
      assert.equal(backend, 'wasm');
      // Each tensor is cut at a whole number of weights.
      assert.ok(Math.abs(sparsity - 0.5) < 0.01, `${sparsity}`);
    });

    check('npx sbd --help answers', async () => {
      const { status, stdout, stderr } = await run(folder, 'npx', ['--no', '--', 'sbd', '--help']);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /\bsbd\b/);
    });

    if (options.length > 0) {
      test('networks run on native kernels without a compiler', async (t) => {
        if (!ready || !tarballs.kernels) return t.skip('no kernels for this platform');
        const script =
          "require('selective-brain-damage').useBackend().then(({ name }) => console.log(name));";
        const env = { PATH: dirname(process.execPath), SBD_BACKEND: '' };
        const { stdout, stderr } = await run(folder, process.execPath, ['-e', script], env);
        assert.match(stdout, /^native-/, stderr);
      });
      return;
    }
    check('they keep within 400 MB and 450 packages', async () => {
      const { packages, megabytes } = installedTree(folder);
      assert.ok(megabytes <= ALL_LIMITS.megabytes, `${megabytes} MB`);
      assert.ok(packages.length <= ALL_LIMITS.packages, `${packages.length} packages`);
    });

    for (const [resolution, settings] of Object.entries(RESOLUTIONS))
      check(`TypeScript (${resolution}) finds the five cells with their types`, async () => {
        const options = { ...settings, types: ['node'], skipLibCheck: false };
        const all = await complaints(folder, 'cells.ts', options);
        const ours = all.filter((line) => !NOT_OURS.test(line));
        assert.deepEqual(ours, []);
      });
  });

describe('the statistics alone', () => {
  const folder = project({
    'predictions.csv': 'sparsity,replicate,image_id,true_class,predicted_class\n'.concat(
      ...[0, 0.9].flatMap((sparsity) =>
        [0, 1, 2].flatMap((replicate) =>
          [0, 1, 2, 3].map((image) => {
            const right = sparsity === 0 || image > 1 || replicate === image;
            return `${sparsity},${replicate},${image},${image % 2},${right ? image % 2 : 1 - (image % 2)}\n`;
          }),
        ),
      ),
    ),
    'statistics.mjs': `
import { findPIEs, perClassTTest, readPredictions, classFigure } from 'selective-brain-damage-statistics';
const predictions = await readPredictions('predictions.csv');
const classes = perClassTTest(predictions);
console.log(JSON.stringify({
  changes: classes.map((row) => row.absolute_change.toFixed(6)),
  pies: findPIEs(predictions).map((row) => row.image_id),
  traces: classFigure(classes).data.length,
}));
`,
    'statistics.cjs': `
console.log(JSON.stringify(typeof require('selective-brain-damage-statistics').perClassTTest));
`,
    'statistics.ts': `
import { findPIEs, perClassTTest, readPredictions } from 'selective-brain-damage-statistics';

export async function use(): Promise<number> {
  const predictions = await readPredictions('predictions.csv');
  const [row] = perClassTTest(predictions);
  const change: number = row!.absolute_change;
  // @ts-expect-error no such column
  row!.absolute_chance;
  const [pie] = findPIEs(predictions);
  const id: number | string = pie!.image_id;
  return change + String(id).length;
}
`,
  });
  let ready = false;

  test('install', async (t) => {
    ready = await installed(t, folder, [tarballs.statistics]);
  });

  const check = (name: string, work: () => Promise<void>) =>
    test(name, (t) => (ready ? work() : t.skip('the package is not installed')));

  check(
    'they keep within 40 MB and 60 packages, without native code or install scripts',
    async () => {
      const tree = installedTree(folder);
      const { packages, megabytes } = tree;
      assert.ok(megabytes <= STATISTICS_LIMITS.megabytes, `${megabytes} MB`);
      assert.ok(packages.length <= STATISTICS_LIMITS.packages, `${packages.length} packages`);
      assert.deepEqual(nativeFiles(tree), []);
      assert.deepEqual(installScripts(tree), []);
      for (const { path } of packages) assert.doesNotMatch(path, /tfjs|tensorflow|danfo|tslab/);
    },
  );

  check('they read predictions and test classes', async () => {
    assert.deepEqual(await printed(folder, 'statistics.mjs'), {
      // One image of two in each class is wrong in two of three models.
      changes: ['-0.333333', '-0.333333'],
      pies: [0, 1],
      traces: 2,
    });
    assert.equal(await printed(folder, 'statistics.cjs'), 'function');
  });

  for (const [resolution, settings] of Object.entries(RESOLUTIONS))
    check(`TypeScript (${resolution}) accepts all their declarations, without Node's`, async () => {
      const options = { ...settings, types: [], skipLibCheck: false };
      assert.deepEqual(await complaints(folder, 'statistics.ts', options), []);
    });
});
