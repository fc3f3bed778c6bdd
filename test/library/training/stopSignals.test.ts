import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { interruptible } from '#statistics/interruption';
import { temporaryFolder } from '../records/temporary';

const root = temporaryFolder();
const PROGRAM = join(__dirname, 'longTraining.js');

/** Starts the script, sends it a signal at its third step, and waits for its end. */
async function stopped(what: string, folder: string, signal: NodeJS.Signals) {
  const child = spawn(process.execPath, [PROGRAM, what, folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  let isSent = false;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    if (isSent || stdout.split('step\n').length <= 3) return;
    isSent = true;
    child.kill(signal);
    child.stdin.end('\n');
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [status, by] = await once(child, 'close');
  return { status, by, stdout, stderr };
}

const noSignals = process.platform === 'win32' ? 'Windows ends a process at once' : false;

describe('a script that trains', { skip: noSignals }, () => {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`ends after ${signal} with a checkpoint, a message and ${expected}; a rerun goes on`, async () => {
      const folder = join(root, signal);
      const { status, by, stdout, stderr } = await stopped('model', folder, signal);
      assert.deepEqual([status, by], [expected, null], stderr);
      assert.doesNotMatch(stdout, /done/);
      const message = /^Training was stopped at step (\d+) of 40; run it again to go on from .*$/m;
      const [, step] = message.exec(stderr) ?? [];
      assert.ok(step !== undefined, stderr);
      assert.ok(existsSync(join(folder, 'checkpoint.safetensors')));
      const again = spawnSync(process.execPath, [PROGRAM, 'resumed', folder], { encoding: 'utf8' });
      assert.equal(again.status, 0, again.stderr);
      assert.match(again.stderr, new RegExp(`^Training goes on at step ${step} of 40, from `, 'm'));
      assert.ok(existsSync(join(folder, 'run.json')));
    });

  it('of a population ends so too, and its processes with it', async () => {
    const folder = join(root, 'population');
    const { status, stderr } = await stopped('population', folder, 'SIGINT');
    assert.equal(status, 130, stderr);
    assert.match(stderr, /^Training was stopped with 0 of 2 models done; run it again to go on/m);
    assert.ok(existsSync(join(folder, 'sparsity=0.9/replicate=00/checkpoint.safetensors')));
  });
});

describe('a process', () => {
  it('listens to signals only while it works, and leaves those that others listen to', async () => {
    const counts = () => [process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')];
    const own = () => {};
    process.on('SIGINT', own);
    try {
      const [int, term] = counts() as [number, number];
      await interruptible(undefined, async () => {
        await interruptible(undefined, async () => assert.equal(counts()[0], int));
        assert.deepEqual(counts(), [int, term === 0 ? 1 : term]);
      });
      assert.deepEqual(counts(), [int, term]);
    } finally {
      process.off('SIGINT', own);
    }
  });

  it('ends at once where it is asked twice', { skip: noSignals }, async () => {
    const program = `
      const { interruptible } = require(${JSON.stringify(require.resolve('#statistics/interruption'))});
      interruptible(undefined, (signal) => new Promise(() => {
        signal.addEventListener('abort', () => process.stdout.write('stopping\\n'));
        setInterval(() => {}, 1000);
        process.stdout.write('begun\\n');
      }));`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', () => child.kill('SIGINT'));
    const [status] = await once(child, 'close');
    assert.equal(status, 130);
  });
});
