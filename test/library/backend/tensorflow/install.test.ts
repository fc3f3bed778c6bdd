import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../records/temporary';

const SCRIPT = require.resolve('#library/backend/tensorflow/install');
const LINUX = process.platform === 'linux' && process.arch === 'x64';
const elsewhere = !LINUX && 'it installs on Linux on x86-64';

/** Runs the installation in a folder; `env` replaces what it may call. */
function install(project: string, env: NodeJS.ProcessEnv, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

/** An empty project. */
function project(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'package.json'), '{}');
  return folder;
}

test('its help fits a screen', () => {
  const { status, stdout } = install(temporaryFolder(), {}, '--help');
  assert.equal(status, 0);
  assert.match(stdout, /--from <folder>/);
  assert.ok(stdout.split('\n').length < 24);
});

test('a folder without a package.json is an error', { skip: elsewhere }, () => {
  const { status, stderr } = install(temporaryFolder(), {});
  assert.equal(status, 1);
  assert.match(stderr, /has no package\.json/);
});

test('without pip, the error names the ways out, and the cache stays empty', {
  skip: elsewhere,
}, () => {
  const cache = temporaryFolder();
  const python = join(temporaryFolder(), 'python');
  writeFileSync(python, '#!/bin/sh\necho "No module named pip" >&2\nexit 1\n', { mode: 0o755 });
  const { status, stderr } = install(project(), { SBD_CACHE: cache, SBD_PYTHON: python });
  assert.equal(status, 1);
  assert.match(stderr, /No module named pip[\s\S]*SBD_PYTHON[\s\S]*--from <folder>/);
  assert.deepEqual(readdirSync(cache), []);
});

test('what is in the cache is not fetched again', { skip: elsewhere }, () => {
  const cache = temporaryFolder();
  const library = join(cache, 'tensorflow-cpu-2.19.1/tensorflow');
  mkdirSync(join(library, 'include/tensorflow/c/eager'), { recursive: true });
  for (const file of [
    ...['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
    'include/tensorflow/c/eager/c_api.h',
  ])
    writeFileSync(join(library, file), '');
  // npm is not there, so that it ends before it changes anything.
  const env = { SBD_CACHE: cache, SBD_PYTHON: '/nowhere', PATH: '/nowhere' };
  const { status, stdout, stderr } = install(project(), env);
  assert.equal(status, 1);
  assert.match(stdout, /tensorflow-cpu==2\.19\.1 is in /);
  assert.match(stderr, /npm install.*failed[\s\S]*npm registry/);
});
