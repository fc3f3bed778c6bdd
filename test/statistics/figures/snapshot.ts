import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(
  __dirname,
  '..',
  '..',
  '..',
  '..',
  'test',
  'statistics',
  'figures',
  'snapshots',
);

/**
 * Compares a value with the JSON checked in under its name, so that a change of a figure is a diff
 * to read. `UPDATE_SNAPSHOTS=1 npm test` writes them anew.
 */
export function assertSnapshot(name: string, value: unknown): void {
  const path = join(FOLDER, `${name}.json`);
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (process.env.UPDATE_SNAPSHOTS) writeFileSync(path, text);
  assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(path, 'utf8')));
}
