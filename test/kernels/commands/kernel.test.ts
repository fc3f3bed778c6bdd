import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { KERNEL_NAME } from '#kernels/kernelspec';
import { MAIN } from './main';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelspec-'));
});
after(() => rmSync(folder, { recursive: true }));

function kernel(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, 'kernel', ...args], {
    encoding: 'utf8',
    env: { ...process.env, JUPYTER_DATA_DIR: join(folder, 'user') },
  });
}

test('the user, a prefix or a path gets the kernel, and loses it again', () => {
  for (const [args, data] of [
    [[], 'user'],
    [['--prefix', join(folder, 'env')], 'env/share/jupyter'],
    [['--path', join(folder, 'path')], 'path'],
  ] as const) {
    const installed = join(folder, data, 'kernels', KERNEL_NAME);
    const { status, stdout, stderr } = kernel('install', ...args);
    assert.equal(status, 0, stderr);
    assert.ok(stdout.includes(installed));
    const spec = JSON.parse(readFileSync(join(installed, 'kernel.json'), 'utf8'));
    assert.equal(spec.interrupt_mode, 'message');
    assert.equal(spec.argv.at(-1), '{connection_file}');
    assert.ok(existsSync(spec.argv[0]) && existsSync(spec.argv.at(-2)));
    assert.equal(kernel('uninstall', ...args).status, 0);
    assert.ok(!existsSync(installed));
  }
  const both = kernel('install', '--prefix', 'a', '--path', 'b');
  assert.equal(both.status, 1);
  assert.match(both.stderr, /expected one of them/);
});

test('an action that there is not is an error that names the nearest', () => {
  for (const [args, found] of [
    [['instal'], 'found instal; did you mean install?'],
    [['install', 'here'], 'found install here.'],
    [[], 'found neither.'],
  ] as const) {
    const { status, stderr } = kernel(...args);
    assert.equal(status, 1);
    assert.equal(
      stderr,
      `OptionError: typescript-notebooks kernel: expected install or uninstall, ${found} See typescript-notebooks kernel --help.\n`,
    );
  }
  assert.ok(!existsSync(join(folder, 'user', 'kernels', KERNEL_NAME)));
});
