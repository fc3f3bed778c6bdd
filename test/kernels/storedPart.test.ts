import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notebook } from '#kernels/notebook';
import { storedPart } from '#kernels/storedPart';

const PNG = { 'image/png': 'iVBORw0', 'text/plain': 'a cat' };

function notebook(tags: string[], data: Record<string, string>): Notebook {
  const output = { output_type: 'display_data', data, metadata: { 'image/png': { width: 8 } } };
  const cell = { cell_type: 'code', id: 'a', source: '', execution_count: 1 } as const;
  return {
    cells: [{ ...cell, metadata: { tags }, outputs: [output] }],
    metadata: {},
  } as unknown as Notebook;
}

test('pictures of cells with the tag are left out, what describes them stays', () => {
  const [cell] = storedPart(notebook(['pictures-not-stored'], PNG)).cells;
  assert.deepEqual((cell as { outputs: unknown }).outputs, [
    { output_type: 'display_data', data: { 'text/plain': 'a cat' }, metadata: {} },
  ]);
});

test('all else is stored as it is', () => {
  const other = notebook(['parameters'], PNG);
  assert.deepEqual(storedPart(other), other);
});
