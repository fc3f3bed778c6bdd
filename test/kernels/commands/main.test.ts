import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fitsAScreen } from '../../screen';
import { MAIN } from './main';

function main(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
}

test('the help of each command fits a screen and names the command as it was called', () => {
  for (const args of [[], ['run'], ['kernel'], ['kernel', 'install']]) {
    const { status, stdout } = main(...args, '--help');
    assert.equal(status, 0);
    assert.ok(
      stdout.startsWith(`Usage: ${['typescript-notebooks', ...args.slice(0, 1)].join(' ')} `),
    );
    fitsAScreen(stdout);
  }
});

test('a command that there is not is an error that names the nearest', () => {
  const { status, stderr } = main('kernal', 'install');
  assert.equal(status, 1);
  assert.match(stderr, /unknown command kernal; did you mean kernel\? See .* --help\./);
  assert.equal(main().status, 1);
});
