import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomFrom } from '#statistics/random';
import { type Bounds, fuzz } from './fuzz';
import { KINDS } from './kinds';
import { mutate } from './mutate';

/** Without a limit of time: `npm run fuzz` holds inputs to 2 processor seconds. One that never ends is killed. */
const BOUNDS: Bounds = { seconds: Number.POSITIVE_INFINITY, clock: 120, bytes: 300e6 };
const EACH = 1000;

describe('damaged files', { concurrency: 2 }, () => {
  for (const { name } of KINDS)
    it(`${name}: ${EACH} end in the value or in an error that names the file`, async () => {
      const { count, refused, faults } = await fuzz(
        { kind: name, seed: 7, from: 0, to: EACH },
        BOUNDS,
      );
      const told = faults.map(
        ({ index, what, detail }) => `${name}, input ${index}: ${what}. ${detail}`,
      );
      assert.deepEqual(told, []);
      assert.equal(count, EACH);
      assert.ok(refused > EACH / 2, `${refused} of ${count} were refused`);
    });

  it('are the same for the same seed, and others for another', () => {
    const bytes = Buffer.from('{"sizes": [1, 2, 3], "name": "a name"}');
    const damaged = (seed: number) =>
      Array.from({ length: 50 }, (_, i) => mutate(bytes, randomFrom(seed, 'x', i)).toString('hex'));
    assert.deepEqual(damaged(1), damaged(1));
    assert.notDeepEqual(damaged(1), damaged(2));
    assert.ok(new Set(damaged(1)).size > 40);
    assert.equal(
      bytes.toString(),
      '{"sizes": [1, 2, 3], "name": "a name"}',
      'the valid file stays',
    );
  });
});
