import assert from 'node:assert/strict';

/** Asserts that a text fits a terminal of 24 lines of 100 characters, a line for the prompt left. */
export function fitsAScreen(text: string): void {
  const lines = text.trimEnd().split('\n');
  assert.ok(lines.length < 24, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= 100, line);
}
