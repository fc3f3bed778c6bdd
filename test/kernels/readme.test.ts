import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as ts from 'typescript-api';

const ROOT = join(__dirname, '../../..');
const LAST_COLUMN = 'shown by';

/** The rows of the tables whose last column names what shows them. */
function shownRows(markdown: string): string[][] {
  const tables = markdown.split('\n\n').filter((block) => block.startsWith('|'));
  return tables.flatMap((table) => {
    const [head, , ...rows] = table.split('\n').map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((text) => text.trim()),
    );
    return head?.at(-1) === LAST_COLUMN ? rows : [];
  });
}

/** The names of a file's tests. */
function testNames(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(test|it)$/.test(node.expression.getText(source))) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteralLike(name)) names.push(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** Why what a row names does not show anything; undefined where it does. */
function fault(shownBy: string): string | undefined {
  const [, script] = /^`npm run ([^`]+)`$/.exec(shownBy) ?? [];
  const [, file = '', name = ''] = /^`([^`]+\.test\.ts)`: (.+)$/.exec(shownBy) ?? [];
  const path = join(ROOT, 'test', file);
  if (script !== undefined) {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    return script in scripts ? undefined : `no script ${script}`;
  }
  if (file === '') return `neither a test nor a command: ${shownBy}`;
  if (!existsSync(path)) return `no file test/${file}`;
  return testNames(path).includes(name) ? undefined : `no test in ${file}: ${name}`;
}

test('each line of the tables of features names a test or a command that there is', () => {
  const rows = shownRows(readFileSync(join(ROOT, 'kernels/README.md'), 'utf8'));
  assert.ok(rows.length > 30, `${rows.length} rows`);
  assert.deepEqual(rows.map((row) => fault(row.at(-1)!)).filter(Boolean), []);
});

test('a name that has changed since is found', () => {
  assert.equal(
    fault('`kernels/readme.test.ts`: a name that has changed since is found'),
    undefined,
  );
  assert.match(fault('`kernels/readme.test.ts`: an older name')!, /^no test in kernels/);
  assert.match(fault('`kernels/gone.test.ts`: any')!, /^no file test/);
  assert.match(fault('`npm run bench:gone`')!, /^no script/);
  assert.match(fault('yes')!, /^neither/);
});
