import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AnswerFile } from '#library/annotation/answerFile';
import { readAnnotations } from '#statistics/analysis/readAnnotations';
import { people } from '../../statistics/analysis/people';
import { temporaryFolder } from '../records/temporary';

const folder = temporaryFolder();
const [first, second, third] = people as [
  (typeof people)[0],
  (typeof people)[0],
  (typeof people)[0],
];

test('answers are on the disk when they count, those of many at once too', async () => {
  const path = join(folder, 'new/answers.jsonl');
  const file = await AnswerFile.open(path);
  await Promise.all(people.map((row) => file.add(row)));
  assert.deepEqual(await readAnnotations(path), people);
  assert.deepEqual(file.all(), people);
  await file.close();
  const again = await AnswerFile.open(path);
  assert.deepEqual(again.all(), people);
  await again.close();
});

test('after a crash in the middle of a line the answers before it are there, and later ones follow', async () => {
  const path = join(folder, 'torn.jsonl');
  const line = `${JSON.stringify(first)}\n`;
  for (let cut = 1; cut < line.length; cut += 37) {
    writeFileSync(path, line + line.replace('ada', 'böb').slice(0, cut));
    const file = await AnswerFile.open(path);
    assert.deepEqual(file.all(), [first]);
    await file.add(second);
    await file.close();
    assert.equal(readFileSync(path, 'utf8'), `${line}${JSON.stringify(second)}\n`);
  }
});

test('answers that are taken back no longer count, and the last ones given come last', async () => {
  const path = join(folder, 'undo.jsonl');
  const file = await AnswerFile.open(path);
  for (const row of [first, second, { ...first, taken_back: true }, first]) await file.add(row);
  assert.deepEqual(file.all(), [second, first]);
  await file.close();
  assert.deepEqual(await readAnnotations(path), [second, first]);
});

test('a file that another program writes to is not written over', async () => {
  const path = join(folder, 'shared.jsonl');
  const file = await AnswerFile.open(path);
  await file.add(first);
  appendFileSync(path, `${JSON.stringify(second)}\n`);
  await assert.rejects(file.add(third), {
    name: 'AnnotationsError',
    message: /shared\.jsonl: another program wrote to it/,
  });
  assert.deepEqual(file.all(), [first]);
  truncateSync(path, `${JSON.stringify(first)}\n`.length);
  await file.add(third);
  await file.close();
  assert.deepEqual(await readAnnotations(path), [first, third]);
});

test('a file that cannot be used is named, with the line', async () => {
  const path = join(folder, 'damaged.jsonl');
  writeFileSync(path, `${JSON.stringify(first)}\n{"person": "ada"}\n`);
  await assert.rejects(AnswerFile.open(path), /damaged\.jsonl, line 2: lacks variant/);
  await assert.rejects(AnswerFile.open(folder), { name: 'AnnotationsError', file: folder });
});
