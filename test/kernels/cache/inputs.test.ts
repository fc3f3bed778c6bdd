import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { changeOf, inputsOf } from '#kernels/cache/inputs';
import { notebookOf } from '../cells';

test('each thing that results depend on is an input, and nothing else', async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'inputs-')));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('project/package.json', '{}');
  write('project/notebooks/lib.ts', 'export const a = 1;');
  write('project/src/deep/b.js', '1');
  write('project/node_modules/.package-lock.json', '{}');
  write('project/node_modules/p/index.js', '1');
  write('project/data/a.csv', '1');
  write('project/data/other.csv', '1');
  write('project/.cache/x.json', '1');
  write('linked/index.js', '1');
  symlinkSync(join(folder, 'linked'), join(folder, 'project/node_modules/linked'));
  let cells = notebookOf('1');
  const inputs = () =>
    inputsOf(
      cells,
      join(folder, 'project/notebooks'),
      [join(folder, 'project/data/a.csv')],
      join(folder, 'project/.cache'),
    );
  const before = await inputs();
  assert.equal(changeOf(before, await inputs()), undefined);
  const changes: [change: () => void, name: string | undefined][] = [
    [() => write('project/notebooks/lib.ts', 'export const a = 2;'), 'notebooks/lib.ts'],
    [() => write('project/src/deep/b.js', '2'), 'src/deep/b.js'],
    [() => write('project/src/new.ts', '2'), 'src/new.ts'],
    [
      () => write('project/node_modules/.package-lock.json', '{ }'),
      'node_modules/.package-lock.json',
    ],
    [() => write('linked/index.js', '2'), '../linked/index.js'],
    [() => write('project/data/a.csv', '2'), 'data/a.csv'],
    [() => rmSync(join(folder, 'project/data/a.csv')), 'data/a.csv'],
    [() => write('project/data/other.csv', '2'), undefined],
    [() => write('project/.cache/x.json', '2'), undefined],
    [() => write('project/notebooks/a.ipynb', '{}'), undefined],
    [
      () => {
        cells = notebookOf('2');
      },
      'the code of the cells',
    ],
    [
      () => {
        cells = notebookOf({ source: '2', tags: ['skip-execution'] });
      },
      'the code of the cells',
    ],
    [
      () => {
        process.env.INPUTS_TEST = 'a';
      },
      'the environment variable INPUTS_TEST',
    ],
  ];
  t.after(() => delete process.env.INPUTS_TEST);
  let last = before;
  for (const [change, name] of changes) {
    change();
    const now = await inputs();
    assert.equal(changeOf(last, now), name && `${name.replaceAll('/', join('/'))} changed`);
    last = now;
  }
});
