import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';
import { temporaryFolder } from '../library/records/temporary';
import { onFaultyDisk } from './program';
import type { Outcome } from './tinyPopulation';

const root = temporaryFolder();
const PROGRAM = 'tinyPopulation.js';

const outcomeOf = ({ stdout, stderr }: SpawnSyncReturns<string>): Outcome => {
  assert.match(stdout, /^\{/, stderr);
  return JSON.parse(stdout);
};
const train = (folder: string): Outcome =>
  outcomeOf(spawnSync(process.execPath, [join(__dirname, PROGRAM), folder], { encoding: 'utf8' }));
const temporaries = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tmp$/.test(name));

describe('a population', () => {
  let whole: Outcome;
  before(() => {
    whole = train(join(root, 'whole'));
    assert.deepEqual(Object.keys(whole.models), ['dense', 'pruned 0.9']);
  });

  for (const [code, said] of [
    ['ENOSPC', /the disk is full \(ENOSPC\)\. Free some space/],
    ['EROFS', /the file system is read-only \(EROFS\)\. Choose a folder that can be written/],
  ] as const)
    it(`with ${code} under some models rejects with the others, and is completed later`, () => {
      const folder = join(root, code);
      const fault = { at: 1, how: code, within: 'sparsity=0.9' };
      const outcome = outcomeOf(onFaultyDisk(PROGRAM, [folder], fault));
      assert.equal(outcome.error, 'PopulationError');
      assert.match(
        outcome.message!,
        /^1 of 2 models failed; .*\n {2}pruned 0\.9, replicate 0: StoreError: .*sparsity=0\.9/,
      );
      assert.match(outcome.message!, said);
      assert.deepEqual(outcome.models, { dense: whole.models.dense });
      assert.deepEqual(temporaries(folder), []);
      assert.deepEqual(train(folder), whole);
    });

  it('of which no file can be written names the first, and is trained later', () => {
    const folder = join(root, 'full');
    const fault = { at: 1, how: 'ENOSPC', within: folder };
    const { error, message, models } = outcomeOf(onFaultyDisk(PROGRAM, [folder], fault));
    assert.equal(error, 'StoreError');
    assert.match(message!, /full.population\.json cannot be written: the disk is full/);
    assert.deepEqual(models, {});
    assert.deepEqual(train(folder), whole);
  });

  const shell = process.platform === 'win32' ? 'POSIX shells limit open files' : false;
  it('with too few open files says so, and is trained later', { skip: shell }, () => {
    // How few are too few depends on what the program inherits; with fewer Node itself does not start.
    for (let limit = 16; limit < 40; limit++) {
      const command = `ulimit -n ${limit} && exec "$0" "$@"`;
      const folder = join(root, `limited-${limit}`);
      const program = [process.execPath, join(__dirname, PROGRAM), folder];
      const run = spawnSync('sh', ['-c', command, ...program], { encoding: 'utf8' });
      if (!run.stdout.startsWith('{')) continue;
      const { message } = outcomeOf(run);
      assert.match(message!, /as many files open as it may \(EMFILE\)\. Raise the limit/);
      assert.deepEqual(train(folder), whole);
      return;
    }
    assert.fail('no limit was low enough');
  });
});

describe('predictions', () => {
  const isRoot = process.getuid?.() === 0 ? 'root may write everywhere' : false;
  it('into a folder without rights name it', { skip: isRoot }, async () => {
    const folder = join(root, 'closed');
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    const made = simulatePredictions({ imagesPerClass: 2, numClasses: 2, replicates: 1 });
    await assert.rejects(writePredictions(made, folder), {
      name: 'StoreError',
      message: /closed.*cannot be written: this user has no right to do so \(EACCES\)/,
    });
  });

  it('where a file stands in the way name it', async () => {
    const file = join(__filename, 'below');
    const made = simulatePredictions({ imagesPerClass: 2, numClasses: 2, replicates: 1 });
    await assert.rejects(writePredictions(made, file), {
      name: 'StoreError',
      message: /below.* cannot be written: a file stands where a folder should/,
    });
  });
});
