import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { serveWorker } from '#library/workers/serveWorker';

/** What runInWorkers.test.ts has done in processes. */
export interface TestJob {
  readonly name: string;
  readonly do: 'report' | 'fail' | 'fail once' | 'die once' | 'wait';
  /** A file that says that the job was tried before. */
  readonly mark: string;
}

serveWorker<TestJob, string>(async (job, report, signal) => {
  const again = existsSync(job.mark);
  writeFileSync(job.mark, '');
  report(`${job.name} begins in ${process.pid}`);
  if (job.do === 'die once' && !again) process.kill(process.pid, 'SIGKILL');
  if (job.do === 'fail' || (job.do === 'fail once' && !again)) throw new TypeError('no luck');
  if (job.do === 'wait') {
    await setTimeout(60_000, undefined, { signal }).catch(() => {});
    writeFileSync(job.mark, 'saved');
  }
});
