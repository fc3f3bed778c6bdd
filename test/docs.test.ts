import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import ts from 'typescript-api';
import { EXAMPLES, exampleNames, exampleOf } from '../docs/tools/examples';
import { printsTheSame, runExamples } from '../docs/tools/examplesRun';
import { COMPILER_OPTIONS, type Face, readFace } from '../docs/tools/face';
import { withoutDefault } from '../docs/tools/members';
import { ROOT } from '../docs/tools/packages';
import { cellsOf, referencePages, storedPages } from '../docs/tools/reference';

/** Cells that have no worked example yet. */
const WITHOUT_EXAMPLE: readonly string[] = [];

describe('reference', () => {
  let face: Face;
  before(() => {
    face = readFace();
  });

  it('is what npm run docs makes of the doc comments', () => {
    const [made, stored] = [referencePages(face), storedPages()];
    assert.deepEqual([...stored.keys()].sort(), [...made.keys()].sort());
    for (const [file, text] of made)
      assert.equal(stored.get(file), text, `docs/reference/${file} is out of date: npm run docs`);
  });

  it('has links that lead somewhere', () => {
    const pages = storedPages();
    const broken = [...pages].flatMap(([page, text]) =>
      [...text.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)]
        .filter(([, file, anchor]) => {
          const target = pages.get(file!);
          const headings = [...(target ?? '').matchAll(/^#+ (\S+)$/gm)].map(([, name]) => name!);
          return !target || (anchor && !headings.some((name) => name.toLowerCase() === anchor));
        })
        .map(([link]) => `${page}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  it('has a worked example for every cell', () => {
    const cells = cellsOf(face).map(({ name }) => name);
    const lacking = cells.filter((name) => !exampleOf(name));
    assert.deepEqual(lacking, WITHOUT_EXAMPLE);
    const strays = exampleNames().filter((name) => !cells.includes(name));
    assert.deepEqual(strays, [], 'examples are named after cells');
  });

  it('takes defaults out of descriptions', () => {
    assert.deepEqual(withoutDefault('Largest p-value, 0–1. Default 0.05.'), {
      text: 'Largest p-value, 0–1.',
      fallback: '0.05',
    });
    assert.deepEqual(withoutDefault('Default: all 19.'), { text: '', fallback: 'all 19' });
    assert.deepEqual(withoutDefault('Rate. Default `dense`, else sparsity 0. Or more.'), {
      text: 'Rate. Or more.',
      fallback: '`dense`, else sparsity 0',
    });
    assert.deepEqual(withoutDefault('No default here.'), {
      text: 'No default here.',
      fallback: '',
    });
  });
});

describe('worked examples', () => {
  it('compile in a strict project', () => {
    const files = exampleNames().map((name) => join(EXAMPLES, `${name}.ts`));
    const program = ts.createProgram(files, COMPILER_OPTIONS);
    const found = files.flatMap((file) => {
      const source = program.getSourceFile(file)!;
      return [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ];
    });
    assert.equal(
      found.length,
      0,
      ts.formatDiagnostics(found, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => ROOT,
        getNewLine: () => '\n',
      }),
    );
  });

  it('print what is checked in', async () => {
    const names = exampleNames();
    const runs = await runExamples(names);
    const differing = names.flatMap((name) => {
      const { printed, error } = runs[name]!;
      if (error !== undefined) return [`${name} fails: ${error}`];
      const stored = exampleOf(name)!.printed;
      return printed !== '' && printsTheSame(printed, stored)
        ? []
        : [`${name} prints\n${printed}instead of\n${stored}`];
    });
    assert.equal(differing.length, 0, `\n${differing.join('\n')}`);
  });

  it('may differ in the last digits of fractions, and in nothing else', () => {
    assert.ok(printsTheSame('top-1 0.8012345678 of 10', 'top-1 0.8012345679 of 10'));
    assert.ok(
      printsTheSame('│ 0.3  │\n└──────┘', '│ 0.30000000000000004 │\n└─────────────────────┘'),
    );
    assert.ok(!printsTheSame('top-1 0.8012 of 10', 'top-1 0.8013 of 10'));
    assert.ok(!printsTheSame('10 PIEs', '11 PIEs'));
    assert.ok(!printsTheSame('1.0 PIEs', '1.0 images'));
    assert.ok(!printsTheSame('0.5', '0.5 0.5'));
  });
});

describe('inherited documentation', () => {
  const { withInheritedDocs } = require(join(ROOT, 'src/library/bundles/inheritDocs.js')) as {
    withInheritedDocs(source: string, declarations: string, statistics: string): string;
  };
  const source =
    '/** {@inheritDoc count} */\nexport function wrapped(n: number): Frame {\n  return 0;\n}\n';
  const compiled =
    '/** {@inheritDoc count} */\nexport declare function wrapped(n: number): Frame;\n';
  const statistics =
    '/** Options. */\nexport interface Options {}\n' +
    '/**\n * Counts.\n *\n * @param n costs $& and $1\n */\nexport declare function count(n: number): number[];\n' +
    '/** Counts more. */\nexport declare function countAll(): void;\n';
  const expected =
    '/**\n * Counts.\n *\n * @param n costs $& and $1\n */\nexport declare function wrapped(n: number): Frame;\n';

  it('replaces the mark, and changes nothing the second time', () => {
    const once = withInheritedDocs(source, compiled, statistics);
    assert.equal(once, expected);
    assert.equal(withInheritedDocs(source, once, statistics), expected);
  });

  it('follows the function when its documentation changes', () => {
    const changed = statistics.replace('Counts.', 'Counts anew.');
    const again = withInheritedDocs(source, expected, changed);
    assert.equal(again, expected.replace('Counts.', 'Counts anew.'));
  });

  it('fails for a name that no function has, and for a mark that no wrapper has', () => {
    const unknown = source.replace('count}', 'cuont}');
    assert.throws(() => withInheritedDocs(unknown, compiled, statistics), /cuont.* 0 functions/);
    assert.throws(() => withInheritedDocs('', compiled, statistics), /inheritDoc count/);
  });

  it('is in the compiled declarations', () => {
    const declarations = readFileSync(join(ROOT, 'src/library/dist/frames/cells.d.ts'), 'utf8');
    assert.ok(!declarations.includes('{@inheritDoc'), 'npm run build copies it');
    assert.match(declarations, /@throws \w+Error/);
  });
});
