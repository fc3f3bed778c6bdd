import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { mapConcurrent } from '#library/streams/mapConcurrent';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('results come in order, with no more under way than asked', async () => {
  let underWay = 0;
  let most = 0;
  const mapped = mapConcurrent([5, 1, 4, 2, 3, 0], 3, async (item) => {
    most = Math.max(most, ++underWay);
    await setTimeout(item);
    underWay--;
    return item * 10;
  });
  assert.deepEqual(await all(mapped), [50, 10, 40, 20, 30, 0]);
  assert.equal(most, 3);
});

test("a failure is thrown in its item's turn", async () => {
  const mapped = mapConcurrent([0, 1, 2, 3], 4, async (item) => {
    if (item === 2) throw new Error('two');
    await setTimeout(5);
    return item;
  });
  assert.deepEqual(await mapped.next(), { value: 0, done: false });
  assert.deepEqual(await mapped.next(), { value: 1, done: false });
  await assert.rejects(mapped.next(), /two/);
});

test('who stops early waits for what is under way', async () => {
  let finished = 0;
  const mapped = mapConcurrent([1, 2, 3, 4, 5], 3, async (item) => {
    await setTimeout(item * 3);
    finished++;
  });
  for await (const _ of mapped) break;
  assert.equal(finished, 3);
});
