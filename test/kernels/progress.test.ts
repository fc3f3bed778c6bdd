import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalProgress } from '#kernels/progress';

test('a line that is wider than the terminal keeps its beginning and its end', () => {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  const stream = { isTTY: true, columns: 20, write } as NodeJS.WriteStream;
  const sink = terminalProgress(stream);
  sink.update('2 of 2 networks, 40 images/s, 12 s left');
  assert.deepEqual(written, ['\r\x1b[K2 of 2 ne…12 s left']);
});
