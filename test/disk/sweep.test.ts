import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../library/records/temporary';
import { IN_PLACE, KINDS } from './kinds';
import { sweep } from './sweep';

const KILLS = 4;
const root = temporaryFolder();

const noKill = process.platform === 'win32' ? 'Windows knows no SIGKILL' : false;

describe('a process that is killed while it writes', { skip: noKill }, () => {
  for (const kind of KINDS)
    it(`${kind.name}: leaves each file old or new, and a rerun completes`, async () => {
      const folder = join(root, String(KINDS.indexOf(kind)));
      const { steps, kills } = await sweep(kind, KILLS, 3, folder);
      assert.ok(steps > 5, `${steps} steps`);
      assert.deepEqual(
        kills.flatMap(({ step, call, faults }) =>
          faults.map((fault) => `${call} ${step}: ${fault}`),
        ),
        [],
      );
      assert.ok(kills.some(({ old }) => old > 0));
    });

  it('in place: is found out', async () => {
    const { kills } = await sweep(IN_PLACE, 2, 1, join(root, 'in-place'));
    for (const { faults } of kills) assert.deepEqual(faults, ['a.bin is neither old nor new']);
  });
});
