import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Notebook, readNotebook } from '#kernels/notebook';

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

function pictures({ cells }: Notebook): Buffer[] {
  const outputs = cells.flatMap((cell) => (cell.cell_type === 'code' ? cell.outputs : []));
  return outputs
    .flatMap((output) => ('data' in output ? (output.data['image/png'] ?? []) : []))
    .map((base64) => Buffer.from(String(base64), 'base64'));
}

describe('the notebooks', () => {
  for (const name of NOTEBOOKS)
    it(`${name} is checked in as executed, without an error or a path of one machine`, () => {
      const { cells } = read(name);
      for (const cell of cells) {
        if (cell.cell_type !== 'code') continue;
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

  it('hold no picture of CIFAR-10, which has no licence', () => {
    for (const name of NOTEBOOKS)
      for (const cell of read(name).cells)
        if (cell.cell_type === 'code' && /Gallery\(/.test(cell.source))
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
