import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { serveWorker } from '#library/workers/serveWorker';

/** A unit of queue.test.ts. */
export interface QueuedSpec {
  readonly name: string;
  readonly do: 'report' | 'fail' | 'fail once' | 'die once' | 'wait for release';
  /** A file with a line for each process that worked on it. */
  readonly log: string;
}

serveWorker<QueuedSpec, string>(async (spec, report, signal) => {
  const again = existsSync(spec.log) && readFileSync(spec.log, 'utf8') !== '';
  appendFileSync(spec.log, `begun ${process.pid}\n`);
  report(spec.name);
  if (spec.do === 'die once' && !again) process.kill(process.pid, 'SIGKILL');
  if (spec.do === 'fail' || (spec.do === 'fail once' && !again)) throw new TypeError('no luck');
  if (spec.do !== 'wait for release') return;
  while (!existsSync(`${spec.log}.release`)) {
    if (signal.aborted) throw new Error('stopped');
    await setTimeout(20);
  }
  appendFileSync(spec.log, `done ${process.pid}\n`);
});
