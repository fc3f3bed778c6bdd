import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runInWorkers } from '#library/workers/runInWorkers';
import { OptionError } from '#statistics/errors';
import { temporaryFolder } from '../records/temporary';
import type { TestJob } from './testWorker';

const folder = temporaryFolder();
const job = (name: string, what: TestJob['do']): TestJob => ({
  name,
  do: what,
  mark: join(folder, name),
});

async function run(jobs: readonly TestJob[], processes: number, controller?: AbortController) {
  const reports: string[] = [];
  const ends: [string, string | undefined][] = [];
  const failures = await runInWorkers<TestJob, string>(jobs, {
    worker: join(__dirname, 'testWorker.js'),
    processes,
    signal: controller?.signal,
    onReport: (_, report) => {
      reports.push(report);
      controller?.abort();
    },
    onEnd: ({ name }, failure) => ends.push([name, failure]),
  });
  return { reports, ends, failures };
}

describe('runInWorkers', () => {
  it('does every job once, in no more processes than asked for', async () => {
    const jobs = Array.from({ length: 6 }, (_, i) => job(`plain${i}`, 'report'));
    const { reports, ends, failures } = await run(jobs, 2);
    assert.deepEqual(failures, []);
    assert.deepEqual(
      ends.map(([name]) => name).sort(),
      jobs.map(({ name }) => name),
    );
    const processes = new Set(reports.map((report) => report.split(' ').at(-1)));
    assert.equal(reports.length, 6);
    assert.ok(processes.size <= 2 && !processes.has(String(process.pid)));
  });

  it('tries a job again that failed or whose process died, after the others', async () => {
    const jobs = [job('unlucky', 'fail once'), job('mortal', 'die once'), job('fine', 'report')];
    const { ends, failures } = await run(jobs, 1);
    assert.deepEqual(failures, []);
    assert.deepEqual(ends, [
      ['fine', undefined],
      ['unlucky', undefined],
      ['mortal', undefined],
    ]);
  });

  it('gives up a job that fails twice and says why', async () => {
    const { reports, failures } = await run([job('bad', 'fail'), job('good', 'report')], 2);
    assert.deepEqual(
      failures.map(({ job: { name }, reason }) => [name, reason]),
      [['bad', 'TypeError: no luck']],
    );
    assert.equal(reports.filter((report) => report.startsWith('bad')).length, 2);
  });

  it('stops when told to, once what is under way has saved itself', async () => {
    const controller = new AbortController();
    const jobs = [job('slow', 'wait'), job('never', 'report')];
    const { ends, failures } = await run(jobs, 1, controller);
    assert.equal(readFileSync(join(folder, 'slow'), 'utf8'), 'saved');
    // Left undone, which is not failed.
    assert.deepEqual(failures, []);
    assert.deepEqual(ends, []);
  });

  it('takes a whole number of processes, 1 or more', async () => {
    for (const processes of [0, -1, 1.5, Number.NaN])
      await assert.rejects(run([job('none', 'report')], processes), (error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, /^processes: (0|-1|1\.5|NaN); expected a whole number/);
        return true;
      });
  });

  it('does nothing where there is nothing to do', async () => {
    assert.deepEqual((await run([], 2)).failures, []);
  });
});
