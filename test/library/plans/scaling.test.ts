import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { NO_REDIS, NO_S3, s3Env, startRedis, startS3 } from '../../services';
import { SBD } from '../cli/command';
import { temporaryFolder } from '../records/temporary';

const PAGE = readFileSync(join(__dirname, '../../../../docs/scaling.md'), 'utf8');
/** The status of a plan of which more is to be done. */
const UNFINISHED = 75;
const folder = temporaryFolder();

/** The text of the page's code in a language. */
const codeOf = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, code]) => code!,
  );

test('every sbd command of docs/scaling.md does what the page says', {
  skip: NO_REDIS || NO_S3 || (process.platform === 'win32' && 'its shell is bash'),
}, async () => {
  const [plan] = codeOf('json');
  writeFileSync(join(folder, 'plan.json'), plan!);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'sbd'), `#!/bin/sh\nexec '${process.execPath}' '${SBD}' "$@"\n`);
  chmodSync(join(bin, 'sbd'), 0o755);
  const [redis, s3] = [await startRedis(folder), await startS3('bucket')];
  const env = {
    ...{ ...process.env, ...s3Env(s3.port) },
    PATH: [bin, process.env.PATH].join(delimiter),
  };
  const workers: ChildProcess[] = [];
  const commands = codeOf('sh')
    .flatMap((code) => code.split('\n'))
    .filter((line) => line.startsWith('sbd '))
    .map((line) =>
      line
        .replace(/ +#.*/, '')
        .replace(/\| kubectl .*/, '')
        .replaceAll('redis://host:6379', `redis://127.0.0.1:${redis.port}`),
    );
  try {
    assert.ok(commands.length >= 12, commands.join('\n'));
    for (const command of commands) {
      const how = { cwd: folder, env } as const;
      if (command.startsWith('sbd worker')) {
        const worker = spawn('bash', ['-c', `exec ${command}`], { ...how, stdio: 'ignore' });
        workers.push(worker);
        continue;
      }
      const ran = spawnSync('bash', ['-c', command], { ...how, encoding: 'utf8' });
      assert.ok([0, UNFINISHED].includes(ran.status!), `${command}\n${ran.stderr}`);
      if (command.startsWith('sbd status')) assert.match(ran.stdout, /nothing left to do/, command);
    }
  } finally {
    for (const worker of workers) {
      const ended = once(worker, 'exit');
      worker.kill('SIGTERM');
      await ended;
    }
    await Promise.all([redis.stop(), s3.stop()]);
  }
});
