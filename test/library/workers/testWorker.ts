import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { serveWorker } from '#library/workers/serveWorker';

/** A task of runInWorkers.test.ts for a process. */
export interface TestSpec {
  readonly name: string;
  readonly do: 'report' | 'fail' | 'fail once' | 'die once' | 'wait';
  /** A file that exists once the spec was tried. */
  readonly mark: string;
}

serveWorker<TestSpec, string>(async (spec, report, signal) => {
  const again = existsSync(spec.mark);
  writeFileSync(spec.mark, '');
  report(`${spec.name} begins in ${process.pid}`);
  if (spec.do === 'die once' && !again) process.kill(process.pid, 'SIGKILL');
  if (spec.do === 'fail' || (spec.do === 'fail once' && !again)) throw new TypeError('no luck');
  if (spec.do === 'wait') {
    await setTimeout(60_000, undefined, { signal }).catch(() => {});
    writeFileSync(spec.mark, 'saved');
  }
});
