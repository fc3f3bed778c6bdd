import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoize } from '#library/corruptions/memoize';

test('what was asked for last is made once, what was not is made again', () => {
  const made: string[] = [];
  const name = memoize(2, (letter: string, number: number) => {
    made.push(`${letter}${number}`);
    return { letter, number };
  });
  const first = name('a', 1);
  name('b', 1);
  assert.equal(name('a', 1), first);
  name('c', 1);
  name('a', 1);
  assert.deepEqual(made, ['a1', 'b1', 'c1']);
  assert.deepEqual(name('b', 1), { letter: 'b', number: 1 });
  assert.deepEqual(made, ['a1', 'b1', 'c1', 'b1']);
});
