import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readNotebook, writeNotebook } from '#kernels/notebook';
import { notebookOf } from '../cells';
import { MAIN } from './main';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
});
after(() => rmSync(folder, { recursive: true }));

test('results are reused while all is the same, and what changed is told', () => {
  const [notebook, data, out, cache] = ['a.ipynb', 'data.txt', 'out', 'cache'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  writeFileSync(data, 'one');
  // How often it ran stands in a file that is no input.
  const source = [
    "import { appendFileSync, readFileSync } from 'node:fs';",
    "appendFileSync('runs.txt', 'x');",
    "readFileSync('data.txt', 'utf8')",
  ].join('\n');
  writeNotebook(notebook, notebookOf(source));
  const runs = () => readFileSync(join(folder, 'runs.txt'), 'utf8').length;
  const run = (...args: string[]) =>
    spawnSync(
      process.execPath,
      [MAIN, 'run', notebook, '--output', out, '--cache', cache, ...args],
      { encoding: 'utf8', cwd: folder },
    );
  const first = run('--data', '*.txt', '--data', 'data.txt');
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /is run, as there is no result of it\./);
  // runs.txt did not exist when the data were named, so that its change is none of an input.
  const shown = readNotebook(join(out, 'a.ipynb'));
  rmSync(out, { recursive: true });
  const second = run('--data', 'data.txt');
  assert.match(second.stdout, /a\.ipynb: reused, as nothing it depends on has changed\. Wrote/);
  assert.equal(runs(), 1);
  assert.deepEqual(readNotebook(join(out, 'a.ipynb')), shown);

  writeFileSync(data, 'two');
  assert.match(run('--data', 'data.txt').stdout, /is run, as data\.txt changed\./);
  assert.equal(runs(), 2);
  assert.match(readFileSync(join(out, 'a.ipynb'), 'utf8'), /'two'/);

  const [entry] = readdirSync(cache);
  const file = join(cache, entry!);
  writeFileSync(file, readFileSync(file, 'utf8').replace("'two'", "'six'"));
  assert.match(run('--data', 'data.txt').stdout, /is run, as its result is damaged\./);
  assert.match(run().stderr, /OptionError: --cache: expected --data/);
  assert.match(
    run('--data', 'no.txt').stderr,
    /OptionError: --data no\.txt: there are no such files/,
  );
});
