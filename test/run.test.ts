import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from './library/records/temporary';

test('the tests that run are those whose source is there', () => {
  const root = temporaryFolder();
  const built = join(root, 'dist/test');
  for (const folder of [built, join(root, 'test')]) mkdirSync(folder, { recursive: true });
  copyFileSync(join(__dirname, 'run.js'), join(built, 'run.js'));
  writeFileSync(join(root, 'test', 'kept.test.ts'), '');
  for (const name of ['kept', 'deleted'])
    writeFileSync(join(built, `${name}.test.js`), `console.log('ran ${name}')`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [join(built, 'run.js')], { env });
  assert.match(String(stdout), /ran kept/);
  assert.doesNotMatch(String(stdout), /ran deleted/);
  assert.equal(status, 0);
});
