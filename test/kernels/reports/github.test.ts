import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { annotationsOf, summaryOf, tellGitHub } from '#kernels/reports/github';
import { REPORTS } from './reports';

test('an annotation names file and line, escaped as GitHub reads them', () => {
  const lines = annotationsOf(
    REPORTS,
    (_, id, line) => (id === 'c1' ? 40 + line : 0),
    resolve('.'),
  );
  assert.equal(lines.length, 1);
  // What the runner does: https://github.com/actions/runner, src/Runner.Common/ActionCommand.cs.
  const [, properties, data] = /^::error ([^\n]*?)::([^\n\r]*)$/.exec(lines[0]!)!;
  const pairs = properties!.split(',').map((pair) => {
    const [name, value] = pair.split('=') as [string, string];
    return [name, unescapeProperty(value)];
  });
  assert.deepEqual(Object.fromEntries(pairs), {
    ...{ file: 'notebooks/b, "c".ipynb', line: '42' },
    title: 'cell 1: RangeError: a < b && "c", 100%: red `x` | ]]>\0\r\nnext ```',
  });
  assert.equal(unescapeData(data!), 'a < b && "c", 100%: red `x` | ]]>\0\r\nnext ```');
});

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}

test('the summary is a table of the notebooks, then the failures as they are', async () => {
  const { marked } = await import('marked');
  const { document } = new JSDOM(marked.parse(summaryOf(REPORTS), { async: false, gfm: true }))
    .window;
  assert.deepEqual(
    [...document.querySelectorAll('tbody tr')].map((row) =>
      [...row.querySelectorAll('td')].map((cell) => cell.textContent),
    ),
    [
      ['✅ notebooks/a.ipynb', '1', '0', '1', '13 s'],
      ['❌ notebooks/b, "c".ipynb', '0', '1', '0', '3 s'],
    ],
  );
  assert.equal(
    document.querySelector('strong')!.textContent,
    'notebooks/b, "c".ipynb, cell 1: f()',
  );
  assert.match(
    document.querySelector('pre')!.textContent!,
    /^a < b && "c", 100%: red .*\nnext ```/s,
  );
});

test('GitHub is told only where it runs this', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'github-'));
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = process.env;
  t.after(() => {
    rmSync(folder, { recursive: true });
    for (const [name, value] of Object.entries({ GITHUB_ACTIONS, GITHUB_STEP_SUMMARY }))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
  const summary = join(folder, 'summary.md');
  const printed: string[] = [];
  t.mock.method(console, 'log', (line: string) => printed.push(line));
  process.env.GITHUB_STEP_SUMMARY = summary;
  process.env.GITHUB_ACTIONS = '';
  tellGitHub(REPORTS, () => undefined);
  assert.deepEqual(printed, []);
  process.env.GITHUB_ACTIONS = 'true';
  tellGitHub(REPORTS, () => undefined);
  tellGitHub(REPORTS, () => undefined);
  assert.equal(printed.length, 2);
  assert.equal(readFileSync(summary, 'utf8').match(/### Notebooks/g)!.length, 2);
});
