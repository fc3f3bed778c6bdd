import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { keptOpen } from '#library/datasets/openDataset';
import { temporaryFolder } from '../records/temporary';
import { writeFlat } from './pictures';

const root = temporaryFolder();
const specOf = (name: string) => ({
  loader: 'image-folder',
  options: { folder: join(root, name), size: 8 },
});
const write = (name: string) => writeFlat(join(root, name, 'cat', 'a.png'), 8, [1, 2, 3]);

describe('keptOpen', () => {
  it('opens a data set once for all views on it', async () => {
    await write('kept');
    const spec = specOf('kept');
    await keptOpen({ ...spec, views: [{ op: 'take', count: 1 }] });
    await rm(join(root, 'kept'), { recursive: true });
    const views = [{ op: 'shuffle', seed: 1 }] as const;
    const again = await keptOpen({ ...spec, views });
    assert.equal(again.size, 1);
    assert.deepEqual(again.views, views);
  });

  it('tries again to open what could not be opened', async () => {
    await assert.rejects(keptOpen(specOf('late')), /late: cannot be read/);
    await write('late');
    assert.equal((await keptOpen(specOf('late'))).size, 1);
  });
});
