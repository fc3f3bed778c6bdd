import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { userDataFolder } from '#kernels/kernelspec';

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
