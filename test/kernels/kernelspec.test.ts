import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { KERNEL_NAME, userDataFolder } from '#kernels/kernelspec';

const INSTALL = join(__dirname, '..', '..', '..', 'kernels', 'dist', 'install.js');
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelspec-'));
});
after(() => rmSync(folder, { recursive: true }));

function install(...args: string[]) {
  return spawnSync(process.execPath, [INSTALL, ...args], {
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
    const kernel = join(folder, data, 'kernels', KERNEL_NAME);
    const { status, stdout, stderr } = install(...args);
    assert.equal(status, 0, stderr);
    assert.ok(stdout.includes(kernel));
    const spec = JSON.parse(readFileSync(join(kernel, 'kernel.json'), 'utf8'));
    assert.equal(spec.interrupt_mode, 'message');
    assert.equal(spec.argv.at(-1), '{connection_file}');
    assert.ok(existsSync(spec.argv[0]) && existsSync(spec.argv.at(-2)));
    assert.equal(install(...args, '--uninstall').status, 0);
    assert.ok(!existsSync(kernel));
  }
  const both = install('--prefix', 'a', '--path', 'b');
  assert.equal(both.status, 1);
  assert.match(both.stderr, /expected one of them/);
});

test("the user's kernels are where Jupyter looks for them on each system", () => {
  const home = join('/', 'home', 'ada');
  const dataFolder = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv) =>
    userDataFolder(platform, env, home);
  assert.equal(dataFolder('linux', {}), join(home, '.local', 'share', 'jupyter'));
  assert.equal(dataFolder('linux', { XDG_DATA_HOME: '/data' }), join('/data', 'jupyter'));
  assert.equal(dataFolder('darwin', {}), join(home, 'Library', 'Jupyter'));
  assert.equal(dataFolder('win32', { APPDATA: 'C:\\Roaming' }), join('C:\\Roaming', 'jupyter'));
  assert.equal(dataFolder('linux', { JUPYTER_DATA_DIR: '/own' }), '/own');
});
