import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from './library/records/temporary';
import { testFiles } from './testFiles';

test('the tests that run are those whose source is there', () => {
  const root = temporaryFolder();
  const [built, sources] = [join(root, 'built'), join(root, 'sources')];
  for (const folder of [join(built, 'part'), join(sources, 'part')])
    mkdirSync(folder, { recursive: true });
  for (const name of ['kept', 'deleted', 'part/other'])
    writeFileSync(join(built, `${name}.test.js`), '');
  for (const name of ['kept', 'part/other']) writeFileSync(join(sources, `${name}.test.ts`), '');
  writeFileSync(join(built, 'helper.js'), '');

  assert.deepEqual(testFiles(built, sources, []), [
    join(built, 'kept.test.js'),
    join(built, 'part/other.test.js'),
  ]);
  assert.deepEqual(testFiles(built, sources, ['part']), [join(built, 'part/other.test.js')]);
});
