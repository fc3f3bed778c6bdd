import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../records/temporary';
import type { Outcome } from './clockTraining';

test('a wall clock that is set back by an hour stops no checkpoint, and no second is lost', () => {
  const preload = join(__dirname, 'wallClock.js');
  const program = [join(__dirname, 'clockTraining.js'), join(temporaryFolder(), 'model')];
  const started = process.hrtime.bigint();
  const { stdout, stderr } = spawnSync(process.execPath, ['--require', preload, ...program], {
    encoding: 'utf8',
  });
  const passed = Number(process.hrtime.bigint() - started) / 1e9;
  assert.match(stdout, /^\{/, stderr);
  const { clock, checkpoints, seconds, imagesPerSecond, secondsLeft }: Outcome = JSON.parse(stdout);
  assert.ok(clock < -3_590_000, `the clock went ${clock} ms`);
  assert.deepEqual(
    checkpoints,
    Array.from({ length: 30 }, (_, i) => [i + 11, i + 10]),
  );
  assert.ok(seconds > 0 && seconds < passed, `${seconds} of ${passed} s`);
  assert.ok(imagesPerSecond > 0);
  assert.ok(
    secondsLeft.every((left) => left >= 0),
    secondsLeft.join(' '),
  );
});
