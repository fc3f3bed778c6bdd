import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runInWorkers } from '#library/workers/runInWorkers';
import { OptionError } from '#statistics/errors';
import { temporaryFolder } from '../records/temporary';
import type { TestSpec } from './testWorker';

const folder = temporaryFolder();
const specFor = (name: string, what: TestSpec['do']): TestSpec => ({
  name,
  do: what,
  mark: join(folder, name),
});

async function run(specs: readonly TestSpec[], processes: number, controller?: AbortController) {
  const reports: string[] = [];
  const ends: [string, string | undefined][] = [];
  const failures = await runInWorkers<TestSpec, string>(specs, {
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
  it('serves every spec once, in no more processes than asked for', async () => {
    const specs = Array.from({ length: 6 }, (_, i) => specFor(`plain${i}`, 'report'));
    const { reports, ends, failures } = await run(specs, 2);
    assert.deepEqual(failures, []);
    assert.deepEqual(
      ends.map(([name]) => name).sort(),
      specs.map(({ name }) => name),
    );
    const processes = new Set(reports.map((report) => report.split(' ').at(-1)));
    assert.equal(reports.length, 6);
    assert.ok(processes.size <= 2 && !processes.has(String(process.pid)));
  });

  it('tries a spec again that failed or whose process died, after the others', async () => {
    const specs = [
      specFor('unlucky', 'fail once'),
      specFor('mortal', 'die once'),
      specFor('fine', 'report'),
    ];
    const { ends, failures } = await run(specs, 1);
    assert.deepEqual(failures, []);
    assert.deepEqual(ends, [
      ['fine', undefined],
      ['unlucky', undefined],
      ['mortal', undefined],
    ]);
  });

  it('gives up a spec that fails twice and says why, with the stack of a bug', async () => {
    const { reports, failures } = await run([specFor('bad', 'fail'), specFor('good', 'report')], 2);
    assert.deepEqual(
      failures.map(({ spec }) => spec.name),
      ['bad'],
    );
    assert.match(failures[0]!.reason, /^TypeError: no luck\n +at .*testWorker/);
    assert.equal(reports.filter((report) => report.startsWith('bad')).length, 2);
  });

  it('stops when told to, once what is under way has saved itself', async () => {
    const controller = new AbortController();
    const specs = [specFor('slow', 'wait'), specFor('never', 'report')];
    const { ends, failures } = await run(specs, 1, controller);
    assert.equal(readFileSync(join(folder, 'slow'), 'utf8'), 'saved');
    // Left undone, which is not failed.
    assert.deepEqual(failures, []);
    assert.deepEqual(ends, []);
  });

  it('takes a whole number of processes, 1 or more', async () => {
    for (const processes of [0, -1, 1.5, Number.NaN])
      await assert.rejects(run([specFor('none', 'report')], processes), (error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, /^processes: (0|-1|1\.5|NaN); expected a whole number/);
        return true;
      });
  });

  it('does nothing where there is nothing to do', async () => {
    assert.deepEqual((await run([], 2)).failures, []);
  });
});
