import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LAYOUTS, type StructName } from '#library/backend/kernels/layouts';

const SOURCES = join(__dirname, '../../../../../src/library/backend/cpp');

/** The fields of a struct in the headers: its declarations of integers, in their order. */
function fieldsOf(name: string): string[] {
  const headers = readdirSync(SOURCES)
    .filter((file) => file.endsWith('.h'))
    .map((file) => readFileSync(join(SOURCES, file), 'utf8'));
  const [, body] = new RegExp(`^struct ${name} \\{$([\\s\\S]*?)^\\};$`, 'm').exec(
    headers.join('\n'),
  )!;
  // Members alone are indented once; what functions declare is indented further.
  return [...body!.matchAll(/^ {2}int ([\w, ]+);/gm)].flatMap(([, names]) => names!.split(/, */));
}

for (const name of Object.keys(LAYOUTS) as StructName[])
  test(`${name} has the fields of the C++ struct, in its order`, () => {
    assert.deepEqual(LAYOUTS[name], fieldsOf(name));
  });

test('the C++ structs have no members of another type', () => {
  const source = ['tile.h', 'pool.h'].map((file) => readFileSync(join(SOURCES, file), 'utf8'));
  for (const name of Object.keys(LAYOUTS)) {
    const [, body] = new RegExp(`^struct ${name} \\{$([\\s\\S]*?)^\\};$`, 'm').exec(
      source.join('\n'),
    )!;
    const members = [...body!.matchAll(/^ {2}(\w+) [\w, ]+;/gm)].map(([, type]) => type);
    assert.deepEqual([...new Set(members)], ['int']);
  }
});
