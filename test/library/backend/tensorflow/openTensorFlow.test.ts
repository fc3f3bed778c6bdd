import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BackendInfo } from '#library/backend/backend';
import { temporaryFolder } from '../../records/temporary';

const BACKEND = require.resolve('#library/backend/backend');

/** Opens TensorFlow on the CPU in a process of its own and prints its record. */
function openInProcess(...args: string[]) {
  const script = `require(${JSON.stringify(BACKEND)}).useBackend({ backend: 'tfjs-node' })
    .then((backend) => console.log(JSON.stringify(backend)), ({ message }) => console.error(message));`;
  return spawnSync(process.execPath, [...args, '-e', script], { encoding: 'utf8' });
}

const { stdout, stderr } = openInProcess();
const skip =
  /not installed|can not be found/.test(stderr) && 'no tfjs-node: npm run tensorflow:install';

test('TensorFlow opens in silence, and its version is recorded', { skip }, () => {
  const { name, tfjsBackend, tensorflow } = JSON.parse(stdout) as BackendInfo;
  assert.deepEqual([name, tfjsBackend], ['tfjs-node', 'tensorflow']);
  assert.match(tensorflow!, /^2\.\d+\.\d+/);
  assert.equal(stderr, '');
});

test('TensorFlow trains on a Node without the functions that it calls', { skip }, () => {
  const removed = join(temporaryFolder(), 'removed.js');
  writeFileSync(
    removed,
    "delete require('util').isArray; delete require('util').isNullOrUndefined;",
  );
  assert.equal(openInProcess('--require', removed).stdout, stdout);
});
