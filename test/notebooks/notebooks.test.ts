import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { NOTEBOOK_METADATA } from '#kernels/kernelspec';
import { type CodeCell, type Notebook, readNotebook } from '#kernels/notebook';

const ROOT = join(__dirname, '..', '..', '..');
const FOLDER = join(ROOT, 'notebooks');
const NOTEBOOKS = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'));

/** The README's pictures, by the notebook that draws them and which of its pictures it is. */
const PICTURES = {
  'class-changes.png': ['03-class-changes.ipynb', 0],
  'hurt-and-helped.png': ['04-hurt-and-helped.ipynb', 0],
  'corruptions.png': ['07-robustness.ipynb', 1],
} as const;

const read = (name: string) => readNotebook(join(FOLDER, name));

function codeCells({ cells }: Notebook): CodeCell[] {
  return cells.filter((cell) => cell.cell_type === 'code');
}

function pictures(notebook: Notebook): Buffer[] {
  return codeCells(notebook)
    .flatMap((cell) => cell.outputs)
    .flatMap((output) => ('data' in output ? (output.data['image/png'] ?? []) : []))
    .map((base64) => Buffer.from(String(base64), 'base64'));
}

describe('the notebooks', () => {
  for (const name of NOTEBOOKS)
    it(`${name} is checked in as executed, without an error or a path of one machine`, () => {
      for (const cell of codeCells(read(name))) {
        assert.notEqual(cell.execution_count, null);
        const text = JSON.stringify(
          cell.outputs.map((output) =>
            'data' in output ? { ...output.data, 'image/png': '', 'image/jpeg': '' } : output,
          ),
        );
        assert.ok(cell.outputs.every((output) => output.output_type !== 'error'));
        assert.doesNotMatch(text, /(^|[\s"'(])\/(home|root|tmp|work|Users)\//);
      }
    });

  for (const name of NOTEBOOKS)
    it(`${name} asks for the kernel of this project and imports one package, Node's own modules aside`, () => {
      const notebook = read(name);
      assert.deepEqual(notebook.metadata, NOTEBOOK_METADATA);
      const code = codeCells(notebook)
        .map((cell) => cell.source)
        .join('\n');
      const imported = [...code.matchAll(/\b(?:from|import|require)\s*\(?\s*['"]([^'"]+)/g)];
      assert.deepEqual(
        imported.map(([, from]) => from).filter((from) => !from?.startsWith('node:')),
        ['selective-brain-damage'],
      );
    });

  it('have the parameters that their README lists', () => {
    const rows = readFileSync(join(FOLDER, 'README.md'), 'utf8').matchAll(
      /^\| \[[^\]]+\]\(([^)]+)\) \|[^|]*\| ([^|]*) \|$/gm,
    );
    const listed = [...rows].map(([, name, parameters]) => [
      name,
      parameters!.split(', ').map((parameter) => parameter.replaceAll('`', '')),
    ]);
    const declared = NOTEBOOKS.map((name) => {
      const cell = codeCells(read(name)).find(({ metadata }) =>
        metadata.tags?.includes('parameters'),
      );
      return [name, [...cell!.source.matchAll(/^let (\w+) =/gm)].map(([, parameter]) => parameter)];
    });
    assert.deepEqual(listed, declared);
  });

  it('hold no picture of CIFAR-10, which has no licence', () => {
    for (const name of NOTEBOOKS)
      for (const cell of codeCells(read(name)))
        if (/Gallery\(/.test(cell.source))
          for (const output of cell.outputs)
            if ('data' in output) assert.deepEqual(Object.keys(output.data), ['text/plain']);
  });

  for (const [file, [notebook, index]] of Object.entries(PICTURES))
    it(`${file} of the README is what ${notebook} shows`, () => {
      const path = join(FOLDER, 'readme', file);
      const picture = pictures(read(notebook))[index];
      assert.ok(picture, `${notebook} has no picture ${index}`);
      if (process.env.UPDATE_SNAPSHOTS) writeFileSync(path, picture);
      assert.ok(picture.equals(readFileSync(path)), 'UPDATE_SNAPSHOTS=1 npm test writes it anew');
    });
});
