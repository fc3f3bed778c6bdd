import { join } from 'node:path';
import { serveQueue } from '#library/queue/serveQueue';

/** A worker of queue.test.ts, whose processes do what its units say. */
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
void serveQueue(process.argv[2]!, {
  processes: 2,
  signal: stopping.signal,
  lockSeconds: 2,
  moduleOf: () => join(__dirname, 'queuedWorker.js'),
}).then(() => process.exit());
