import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import type { Task } from '#library/annotation/interviews';
import { ATTRIBUTES } from '#statistics/analysis/annotations';
import { readAnnotations } from '#statistics/analysis/readAnnotations';
import { rows } from '../annotation/smallStudy';
import { temporaryFolder } from '../records/temporary';
import { SBD, sbd } from './command';

const folder = temporaryFolder();
const images = join(folder, 'images');
const predictions = join(folder, 'predictions.csv');
const CLASSES = ['bird', 'cat', 'ship'];
const running = new Set<ChildProcess>();

before(async () => {
  const columns = ['variant', 'replicate', 'image_id', 'true_class', 'predicted_class'] as const;
  const lines = rows.map((row) => columns.map((column) => row[column]).join(','));
  writeFileSync(predictions, `${[columns.join(','), ...lines].join('\n')}\n`);
  for (const name of CLASSES) mkdirSync(join(images, name), { recursive: true });
  const create = { width: 40, height: 30, channels: 3, background: '#336699' } as const;
  const png = await sharp({ create }).png().toBuffer();
  for (const { image_id, true_class } of rows.slice(0, 90))
    writeFileSync(join(images, CLASSES[true_class as number]!, String(image_id)), png);
});
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the command and waits for the address of its page. */
async function start(...options: readonly string[]) {
  const args = [SBD, 'annotate', predictions, '--images', images, '--count', '20', ...options];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: folder,
  });
  running.add(child);
  const ended = once(child, 'exit').finally(() => running.delete(child));
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('http://127.0.0.1:')) continue;
    const response = await fetch(line);
    const cookie = response.headers.get('set-cookie')!.split(';')[0]!;
    const { origin } = new URL(line);
    const post = async (path: string, body: object): Promise<Task> => {
      const headers = { cookie, origin, 'content-type': 'application/json' };
      const answer = await fetch(origin + path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      assert.ok(answer.ok, await answer.clone().text());
      return (await answer.json()) as Task;
    };
    return { child, ended, post };
  }
  throw new Error('sbd annotate ended without an address');
}

describe('sbd annotate', () => {
  it('serves predictions and a folder of images, is killed, and goes on where it was', async () => {
    const answers = Object.fromEntries(ATTRIBUTES.map((attribute, i) => [attribute, i === 2]));
    const first = await start();
    let task = await first.post('/task', { person: 'Ada' });
    for (let i = 0; i < 5; i++) {
      const { picture } = task.image!;
      task = await first.post('/answer', { person: 'Ada', picture, answers, seconds: 1 });
    }
    first.child.kill('SIGKILL');
    await first.ended;

    const second = await start();
    assert.deepEqual(await second.post('/task', { person: 'Ada' }), task);
    assert.equal(task.answered, 5);
    second.child.kill('SIGTERM');
    assert.deepEqual(await second.ended, [143, null]);
    const third = await start();
    third.child.kill('SIGINT');
    assert.deepEqual(await third.ended, [130, null]);
    const saved = await readAnnotations(join(folder, 'annotations.jsonl'));
    assert.equal(saved.length, 5);
    for (const row of saved) {
      assert.deepEqual([row.variant, row.baseline, row.person], ['pruned', 'dense', 'Ada']);
      assert.ok(row.co_occurring && !row.abstract);
    }
  });

  it('refuses what it cannot use with a line that says so', () => {
    for (const [args, message] of [
      [[predictions], /Give the images that the predictions are of: --images </],
      [[predictions, '--images', images, '--count', '200'], /count: 200; expected at most 90/],
      [
        [predictions, '--images', images, '--variant', 'int8'],
        /variant: 'int8'; expected a variant/,
      ],
      [[predictions, '--images', images, '--count', 'many'], /Expected a whole number/],
      [[predictions, '--images', folder], /none|image|class/i],
      [[join(folder, 'none.csv'), '--images', images], /none\.csv/],
    ] as const) {
      const { status, stderr } = sbd(['annotate', ...args]);
      assert.equal(status, 3, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });
});
