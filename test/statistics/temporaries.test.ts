import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { removeLeftovers as removeKernels, temporaryFile } from '#kernels/temporaryFile';
import { removeLeftovers, TEMPORARY, temporaryPath } from '#statistics/temporaries';
import { temporaryFolder } from '../library/records/temporary';

const folder = temporaryFolder();

/** The temporary name that a process took, which has ended. */
function ofDeadProcess(module: string, name: string, path: string): string {
  const program = `process.stdout.write(require(${JSON.stringify(module)}).${name}(process.argv[1]))`;
  return spawnSync(process.execPath, ['-e', program, path], { encoding: 'utf8' }).stdout;
}

for (const [what, path, dead, own, remove] of [
  [
    'data',
    join(folder, 'run.json'),
    ofDeadProcess(
      require.resolve('#statistics/temporaries'),
      'temporaryPath',
      join(folder, 'run.json'),
    ),
    temporaryPath(join(folder, 'run.json')),
    removeLeftovers,
  ],
  [
    'notebooks',
    join(folder, 'a.ipynb'),
    ofDeadProcess(
      require.resolve('#kernels/temporaryFile'),
      'temporaryFile',
      join(folder, 'a.ipynb'),
    ),
    temporaryFile(join(folder, 'a.ipynb')),
    removeKernels,
  ],
] as const)
  test(`of ${what}, what a dead process left goes; what others write stays`, async () => {
    const elsewhere = dead.replace(/\.[\da-f]{8}-/, '.00000000-');
    const ofAnother = dead.replace(basename(path), `x${basename(path)}`);
    const names = [path, dead, own, elsewhere, ofAnother];
    assert.equal(new Set(names).size, names.length);
    for (const name of names) writeFileSync(name, '');
    await remove(path);
    assert.deepEqual(
      names.filter((name) => !existsSync(name)),
      [dead],
    );
    for (const name of names.slice(1)) assert.match(basename(name), TEMPORARY);
  });
