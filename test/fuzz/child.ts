import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Corpus } from './corpus';
import type { Report, Work } from './fuzz';
import { KINDS } from './kinds';

/** Inputs of one message. */
const BATCH = 100;

/** Reads damaged files in a process of its own; the file `place` holds the number of the one being read. */
process.once('message', async ({ kind: name, seed, from, to, place }: Work) => {
  const tell = (reports: readonly Report[]) =>
    new Promise<void>((resolve) => process.send!(reports, () => resolve()));
  const root = mkdtempSync(join(tmpdir(), 'fuzz-'));
  try {
    const corpus = await Corpus.open(KINDS.find((kind) => kind.name === name)!, root);
    const start = process.memoryUsage.rss();
    const now = openSync(place, 'r+');
    let reports: Report[] = [];
    for (let index = from; index < to; index++) {
      writeSync(now, String(index).padEnd(16), 0);
      const before = process.cpuUsage();
      const outcome = await corpus.try(seed, index);
      const { user, system } = process.cpuUsage(before);
      const bytes = process.memoryUsage.rss() - start;
      reports.push({ index, ...outcome, seconds: (user + system) / 1e6, bytes });
      if (reports.length < BATCH && index + 1 < to) continue;
      await tell(reports);
      reports = [];
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  process.disconnect();
});
