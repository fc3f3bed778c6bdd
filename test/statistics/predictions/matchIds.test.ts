import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PredictionsError } from '#statistics/errors';
import { matchIds } from '#statistics/predictions/matchIds';

const FOLDER = ['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/deep/3.png'];
const names = { left: 'the predictions', right: 'val' };

test('an id is matched by its longest ending', () => {
  for (const [id, place] of [
    ['cat/1.png', 0],
    ['./cat/1.png', 0],
    ['/data/val/dog/1.png', 2],
    ['C:\\data\\dog\\1.png', 2],
    ['2.png', 1],
    ['elsewhere/3.png', 3],
  ] as const)
    assert.deepEqual(matchIds([id], FOLDER, names), [place], id);
  assert.deepEqual(matchIds([7, 'x'], ['x', 7], names), [1, 0]);
  assert.deepEqual(matchIds(['3'], [3], names), [0]);
});

test('an id without a match, or with several, is shown beside the ids of the other side', () => {
  const refuses = (ids: readonly (string | number)[], message: RegExp) =>
    assert.throws(
      () => matchIds(ids, FOLDER, names),
      (error: Error) => error instanceof PredictionsError && message.test(error.message),
    );
  refuses(['1.png'], /'1\.png' of the predictions may be 'cat\/1\.png' or 'dog\/1\.png' of val/);
  refuses(['a/1.png'], /may be 'cat/);
  refuses([0, 1], /val lacks image 0 of the predictions; its ids are such as 'cat\/1\.png'/);
  refuses(['cat/2.png', '2.png'], /'cat\/2\.png' and '2\.png' .* both match 'cat\/2\.png'/);
});
