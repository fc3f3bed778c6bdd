import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeDifferences } from '#kernels/comparison/describe';
import type { Difference } from '#kernels/comparison/difference';
import { outputsDiffer } from '#kernels/comparison/outputs';
import { tableHtml } from '../tableHtml';

function description(differences: readonly Difference[]): string {
  return describeDifferences('a.ipynb', [{ id: 'a', number: 3, source: '', differences }]);
}

async function described(type: string, stored: string, run: string): Promise<string> {
  const output = (content: string) =>
    [{ output_type: 'display_data', data: { [type]: content }, metadata: {} }] as const;
  return description(await outputsDiffer(output(stored), output(run)));
}

test('the number that differs is shown, however far right it stands, with both values', async () => {
  const line = (top1: string) => `${'accuracy 0.1234 of many words, '.repeat(9)}top-1 ${top1} end`;
  const text = await described('text/plain', line('0.7504'), line('0.7604'));
  assert.match(text, /^ {4}cell 3, output 1, text\/plain, line 1$/m);
  assert.match(text, /^ {8}stored: ….*top-1 0\.7504 end$/m);
  assert.match(text, /^ {8}run: {4}….*top-1 0\.7604 end$/m);
  assert.ok(text.split('\n').every((shown) => shown.length <= 120));
});

test('a number that may differ does not hide the one that may not', async () => {
  const line = (a: string, b: string) => `${a} ${'x'.repeat(200)} ${b} ${'y'.repeat(200)}`;
  const text = await described('text/plain', line('0.1234', '0.7504'), line('0.1235', '0.7604'));
  assert.match(text, /stored: .* 0\.7504 y.*\n.*run: .* 0\.7604 y/);
});

test('tables are told by row and column, as text', async () => {
  const table = (recall: string) =>
    tableHtml([
      ['', 'class_name', 'recall'],
      ['0', 'cat & dog', '0.5000'],
      ['1', 'bird <i>', recall],
    ]);
  const text = await described('text/html', table('0.7504'), table('0.7604'));
  assert.match(
    text,
    /cell 3, output 1, text\/html, row 3 \(1\), column recall\n.*stored: 0\.7504\n.*run: {4}0\.7604\n/,
  );
  assert.doesNotMatch(text, /<t[dr]/);
});

test('a line more or less does not make all the lines below it differ', async () => {
  const text = await described('text/plain', 'a\nb\nc\nd', 'a\nb\nnew\nc\nd');
  assert.match(text, /line 3\n.*stored: \(nothing\)\n.*run: {4}new\nIf/);
});

test('HTML that reads the same differs in its markup', async () => {
  const text = await described('text/html', '<p class="a">x</p>', '<p class="b">x</p>');
  assert.match(text, /text\/html, markup, line 1\n.*stored: <p class="a">x<\/p>/);
});

test('of many differences the first are shown, and the others counted', () => {
  const many = Array.from({ length: 8 }, (_, i) => ({ place: `line ${i}`, stored: 'a', run: 'b' }));
  assert.match(description(many), /line 4\n.*\n.*\n {4}and 3 more in cell 3\n/);
});
