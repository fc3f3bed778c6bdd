import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fitsAScreen } from '../../screen';

const ROOT = join(__dirname, '..', '..', '..', '..');
const LIBRARY = join(ROOT, 'src', 'library');
const SBD = join(LIBRARY, 'dist', 'cli', 'sbd.js');
let folder: string;
before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sbd-')));
});
after(() => rmSync(folder, { recursive: true }));

function sbd(args: readonly string[], program = SBD, cwd = folder) {
  const env = { ...process.env, JUPYTER_DATA_DIR: join(folder, 'jupyter') };
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd, env });
}

/** The command as npm installs it, without the optional peer. */
function installedIn(modules: string): string {
  const installed = join(modules, 'selective-brain-damage');
  mkdirSync(join(installed, 'dist'), { recursive: true });
  for (const path of ['package.json', 'dist/version.js', 'dist/cli'])
    cpSync(join(LIBRARY, path), join(installed, path), { recursive: true });
  symlinkSync(
    dirname(require.resolve('fastest-levenshtein/package.json')),
    join(modules, 'fastest-levenshtein'),
    'junction',
  );
  return join(installed, 'dist', 'cli', 'sbd.js');
}

test('the help of each command fits a screen and names the command as it was called', () => {
  const { stdout: help } = sbd(['--help']);
  const listed = [...help.matchAll(/^ {2}(?!sbd)(\w+) .* {2}\w/gm)].map(([, name]) => name!);
  assert.ok(listed.length > 8, listed.join());
  for (const args of [[], ...listed.map((name) => [name]), ['kernel', 'install']]) {
    const { status, stdout, stderr } = sbd([...args, '--help']);
    assert.equal(status, 0, stderr);
    assert.ok(stdout.startsWith(`Usage: ${['sbd', ...args.slice(0, 1)].join(' ')} `), stdout);
    fitsAScreen(stdout);
  }
});

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(LIBRARY, 'package.json'), 'utf8'));
  assert.equal(sbd(['--version']).stdout, `${version}\n`);
});

test('help loads no package but the one that finds the nearest command', () => {
  const listing = `process.argv = ['node', 'sbd', '--help'];
    process.on('exit', () => console.error(JSON.stringify(Object.keys(require.cache))));
    require(${JSON.stringify(SBD)});`;
  const { stderr } = spawnSync(process.execPath, ['-e', listing], { encoding: 'utf8' });
  const packages = (JSON.parse(stderr) as string[])
    .filter((file) => !file.startsWith(LIBRARY))
    .map((file) => file.replaceAll('\\', '/').split('/node_modules/').at(-1)!.split('/')[0]);
  assert.deepEqual([...new Set(packages)], ['fastest-levenshtein']);
});

test('a command that there is not is unusable input, not a verdict', () => {
  for (const [name, hint] of [
    ['notebok', 'sbd: unknown command notebok; did you mean notebooks? See sbd --help.\n'],
    ['frobnicate', 'sbd: unknown command frobnicate. See sbd --help.\n'],
    ['constructor', 'sbd: unknown command constructor. See sbd --help.\n'],
  ] as const) {
    const { status, stdout, stderr } = sbd([name]);
    assert.deepEqual([status, stdout, stderr], [3, '', hint]);
  }
  assert.equal(sbd([]).status, 3);
});

test('the kernel is added to Jupyter and removed again', () => {
  const spec = join(folder, 'jupyter', 'kernels', 'typescript-notebooks', 'kernel.json');
  assert.equal(sbd(['kernel', 'install']).status, 0);
  assert.ok(existsSync(spec));
  assert.equal(sbd(['kernel', 'uninstall']).status, 0);
  assert.ok(!existsSync(spec));
});

test('notebooks are executed; errors speak of sbd notebooks', () => {
  const path = join(folder, 'a.ipynb');
  const cell = { cell_type: 'code', id: 'a', metadata: {}, execution_count: null, outputs: [] };
  const cells = [{ ...cell, source: "console.log('ran');" }];
  writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  const { status, stdout, stderr } = sbd(['notebooks', path]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^ran$/m);
  assert.match(sbd(['notebooks', '--chek']).stderr, /See sbd notebooks --help\./);
});

test('without typescript-notebooks the commands say how to install it, and where', () => {
  const project = join(folder, 'project');
  const program = installedIn(join(project, 'node_modules'));
  writeFileSync(join(project, 'package.json'), '{}');
  for (const name of ['notebooks', 'kernel']) {
    const { status, stderr } = sbd([name], program);
    assert.equal(status, 3);
    assert.equal(
      stderr,
      `sbd ${name} needs the package typescript-notebooks. Install it in ${project}: npm install typescript-notebooks\n`,
    );
  }
  assert.equal(sbd(['--help'], program).status, 0);
  const global = installedIn(join(folder, 'lib', 'node_modules'));
  assert.match(sbd(['notebooks'], global).stderr, /npm install --global typescript-notebooks\n$/);
  // Found where the command is called, too.
  const caller = join(folder, 'caller');
  mkdirSync(join(caller, 'node_modules'), { recursive: true });
  symlinkSync(
    join(ROOT, 'kernels'),
    join(caller, 'node_modules', 'typescript-notebooks'),
    'junction',
  );
  assert.match(sbd(['notebooks', '--help'], global, caller).stdout, /^Usage: sbd notebooks /);
});
