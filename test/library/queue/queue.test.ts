import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { reachQueue } from '#library/queue/connection';
import { runOnQueue } from '#library/queue/runOnQueue';
import { OptionError, QueueError } from '#statistics/errors';
import { freePort, NO_REDIS, type Service, startRedis } from '../../services';
import { temporaryFolder } from '../records/temporary';
import type { QueuedSpec } from './queuedWorker';

const folder = temporaryFolder();

describe('a queue', { skip: NO_REDIS }, () => {
  let redis: Service;
  let url: string;
  before(async () => {
    redis = await startRedis(folder, { password: 's3cret' });
    url = `redis://:s3cret@127.0.0.1:${redis.port}`;
  });
  after(() => redis.stop());

  const workers: ChildProcess[] = [];
  after(() => {
    for (const worker of workers) worker.kill('SIGKILL');
  });
  function startServing(): ChildProcess {
    const worker = fork(join(__dirname, 'queueWorker.js'), [url]);
    workers.push(worker);
    return worker;
  }
  async function stopServing(worker: ChildProcess): Promise<void> {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
  const specFor = (name: string, what: QueuedSpec['do'] = 'report'): QueuedSpec => ({
    ...{ name, do: what, log: join(folder, `${name}.log`) },
  });
  /** What a unit's processes did. */
  const log = ({ log }: QueuedSpec) =>
    existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await setTimeout(20);
  }
  async function submit(specs: readonly QueuedSpec[], signal?: AbortSignal) {
    const ends: [string, string | undefined][] = [];
    const reports: string[] = [];
    const failures = await runOnQueue<QueuedSpec, string>(specs, {
      ...{ kind: 'train', queue: url, signal, pollSeconds: 2 },
      groupOf: ({ name }) => name,
      onReport: (_, report) => reports.push(report),
      onEnd: ({ name }, failure) => ends.push([name, failure]),
    });
    return { ends, reports, failures };
  }

  it('has every unit done once, in processes of its workers', async () => {
    const [one, two] = [startServing(), startServing()];
    const specs = Array.from({ length: 12 }, (_, i) => specFor(`plain${i}`));
    // Submitted by two at once, as by a submitter that was started a second time.
    const [first, second] = await Promise.all([submit(specs), submit(specs)]);
    for (const { failures, ends } of [first, second]) {
      assert.deepEqual(failures, []);
      assert.deepEqual(ends.map(([name]) => name).sort(), specs.map(({ name }) => name).sort());
    }
    for (const spec of specs) assert.equal(log(spec).length, 1, spec.name);
    assert.ok(first.reports.length > 0);
    const processes = new Set(specs.flatMap(log).map((line) => line.split(' ')[1]));
    for (const { pid } of [one, two, process]) assert.ok(!processes.has(String(pid)));
    await Promise.all([one, two].map(stopServing));
  });

  it('tries a unit again that failed or whose process died, and gives it up the second time', async () => {
    const worker = startServing();
    const specs = [
      ...[specFor('once', 'fail once'), specFor('mortal', 'die once')],
      ...[specFor('bad', 'fail'), specFor('good')],
    ];
    const { failures, ends } = await submit(specs);
    assert.deepEqual(
      failures.map(({ spec }) => spec.name),
      ['bad'],
    );
    assert.match(failures[0]!.reason, /^TypeError: no luck\n +at .*queuedWorker/);
    assert.equal(ends.length, 4);
    assert.deepEqual(
      specs.map((spec) => log(spec).length),
      [2, 2, 2, 1],
    );
    // What failed, or lost its results, is done again when it is asked for again.
    assert.equal((await submit([specFor('bad', 'fail'), specFor('good')])).failures.length, 1);
    assert.deepEqual([log(specFor('bad')).length, log(specFor('good')).length], [4, 2]);
    await stopServing(worker);
  });

  it('hands on what a worker was stopped or killed at', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const spec = specFor(`handed-${signal}`, 'wait for release');
      const submitted = submit([spec]);
      const victim = startServing();
      await until(() => log(spec).length === 1);
      const ended = once(victim, 'exit');
      victim.kill(signal);
      await ended;
      appendFileSync(`${spec.log}.release`, '');
      const heir = startServing();
      assert.deepEqual((await submitted).failures, [], signal);
      assert.equal(log(spec).at(-1)?.split(' ')[0], 'done', signal);
      await stopServing(heir);
    }
  });

  it('outlives a stopped submitter and a restart of its server', async () => {
    const spec = specFor('outliving', 'wait for release');
    const stopping = new AbortController();
    const submitted = submit([spec], stopping.signal);
    const worker = startServing();
    await until(() => log(spec).length === 1);
    stopping.abort();
    assert.deepEqual((await submitted).ends, []);
    await redis.stop('SIGKILL');
    redis = await startRedis(folder, { password: 's3cret', port: redis.port });
    const again = submit([spec]);
    appendFileSync(`${spec.log}.release`, '');
    assert.deepEqual((await again).failures, []);
    await stopServing(worker);
  });

  it('submits again what a server without a disk forgot', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const spec = specFor('forgotten');
    const submitted = submit([spec]);
    const { bull, connection } = await reachQueue(url);
    const queue = new bull.Queue('selective-brain-damage', { connection: connection() });
    while ((await queue.getWaitingCount()) === 0) await setTimeout(20);
    await queue.obliterate({ force: true });
    await queue.close();
    const worker = startServing();
    assert.deepEqual((await submitted).failures, []);
    await stopServing(worker);
  });

  it('is named without its password where it cannot be used', async () => {
    await assert.rejects(reachQueue(url.replace('s3cret', 'gue55')), (error: Error) => {
      assert.ok(error instanceof QueueError);
      assert.match(
        error.message,
        /^The queue at redis:\/\/127\.0\.0\.1:\d+ cannot be used \(WRONGPASS/,
      );
      assert.ok(!error.message.includes('gue55'));
      return true;
    });
    for (const wrong of ['redsi://:gue55@host', 'gue55', 'redis://'])
      await assert.rejects(reachQueue(wrong), (error: Error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, /^queue: expected redis:\/\/host:6379/);
        assert.ok(!JSON.stringify({ ...error, message: error.message }).includes('gue55'));
        return true;
      });
    await assert.rejects(
      reachQueue(`redis://:gue55@127.0.0.1:${await freePort()}`),
      (error: Error) => error instanceof QueueError && /ECONNREFUSED/.test(error.message),
    );
  });
});
