import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = join(__dirname, '../../test/findings.json');

/**
 * Compares findings of one kind with those that are still open, which test/findings.json lists: a new
 * one fails, and so does one that has been mended and is still listed. `UPDATE_SNAPSHOTS=1 npm test`
 * writes the list anew; it may only become shorter.
 */
export function assertFindings(kind: string, findings: readonly string[]): void {
  const open = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, string[]>;
  const found = [...findings].sort();
  if (process.env.UPDATE_SNAPSHOTS) {
    open[kind] = found;
    writeFileSync(FILE, `${JSON.stringify(open, null, 2)}\n`);
  }
  const listed = open[kind] ?? [];
  const added = found.filter((finding) => !listed.includes(finding));
  const mended = listed.filter((finding) => !found.includes(finding));
  assert.equal(added.length, 0, `new findings:\n  ${added.join('\n  ')}\n`);
  assert.equal(mended.length, 0, `mended, and still listed:\n  ${mended.join('\n  ')}\n`);
}
