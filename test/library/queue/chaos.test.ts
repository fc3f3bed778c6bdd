import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_REDIS, NO_S3 } from '../../services';
import { temporaryFolder } from '../records/temporary';
import { runChaos } from './chaos';

const folder = temporaryFolder();

test('a population is the same whatever is killed meanwhile', {
  skip: NO_REDIS || NO_S3,
}, async () => {
  const { unbroken, kills, different, broken, others, begun, done } = await runChaos({
    ...{ folder, sparsities: [0, 0.9], replicates: 2, steps: 200, kills: 4, seed: 5 },
  });
  assert.equal(unbroken.models.length, 4);
  assert.ok(kills.length > 0);
  assert.deepEqual({ different, broken, others }, { different: [], broken: [], others: [] });
  assert.equal(begun.size, 4);
  // A worker that is killed between a unit's end and its word of it leaves no more than one word.
  for (const count of done.values()) assert.ok(count <= 2);
});
