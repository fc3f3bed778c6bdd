import { setTimeout } from 'node:timers/promises';
import { VERSION } from '../version';
import { ATTEMPTS, type FailedSpec } from '../workers/runInWorkers';
import type { WorkKind } from '../workers/workerProcess';
import { QUEUE_NAME, reachQueue, type UnitQueue } from './connection';
import { type Unit, unitId } from './unit';

/** Options of {@link runOnQueue}. */
export interface RunOnQueueOptions<Spec, Report> {
  readonly kind: WorkKind;
  /** The URL of Redis. */
  readonly queue: string;
  /** Names a spec's variant or set of images, for people. */
  readonly groupOf: (spec: Spec) => string;
  /** Stops waiting; the units stay in the queue. */
  readonly signal?: AbortSignal | undefined;
  readonly onReport?: (spec: Spec, report: Report) => void;
  readonly onEnd?: (spec: Spec, failure: string | undefined) => void;
  /** Seconds between two looks at all units that are left, in case an event was missed. Default 30. */
  readonly pollSeconds?: number;
}

const AT_ONCE = 1000;
/** A finished unit is forgotten after a day, a failed one after a week. */
const KEPT = { removeOnComplete: { age: 86_400 }, removeOnFail: { age: 604_800 } };

/**
 * Submits specs to a queue and waits until workers, on any machine, have done them. One that is in the queue
 * already is waited for, not submitted again; one that ended earlier, though its results are missing, is.
 *
 * @returns the specs that failed twice
 * @throws OptionError for a wrong URL or a missing package
 * @throws QueueError where the server does not answer
 */
export async function runOnQueue<Spec, Report>(
  specs: readonly Spec[],
  options: RunOnQueueOptions<Spec, Report>,
): Promise<FailedSpec<Spec>[]> {
  const { kind, signal, groupOf, onReport, onEnd, pollSeconds = 30 } = options;
  const { bull, connection } = await reachQueue(options.queue);
  const queue: UnitQueue = new bull.Queue(QUEUE_NAME, { connection: connection() });
  const events = new bull.QueueEvents(QUEUE_NAME, { connection: connection() });
  // Connections are made again by themselves, and a look at all units follows what they missed.
  queue.on('error', () => {});
  events.on('error', () => {});
  const units = specs.map((spec): Unit => ({ kind, version: VERSION, group: groupOf(spec), spec }));
  const left = new Map(units.map((unit, i) => [unitId(unit), { unit, spec: specs[i]! }]));
  const failures: FailedSpec<Spec>[] = [];
  const done = new AbortController();
  const end = (id: string, failure: string | undefined) => {
    const ended = left.get(id);
    if (!ended || !left.delete(id)) return;
    if (failure !== undefined) failures.push({ spec: ended.spec, reason: failure });
    onEnd?.(ended.spec, failure);
    if (left.size === 0) done.abort();
  };
  events.on('progress', ({ jobId, data }) => {
    const unit = left.get(jobId);
    if (unit) onReport?.(unit.spec, data as Report);
  });
  events.on('completed', ({ jobId }) => end(jobId, undefined));
  events.on('failed', ({ jobId, failedReason }) => end(jobId, failedReason));
  const stop = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  try {
    await events.waitUntilReady();
    await submit(queue, new Map([...left].map(([id, { unit }]) => [id, unit])));
    while (left.size > 0 && !stop.aborted) {
      await setTimeout(1000 * pollSeconds, undefined, { signal: stop }).catch(() => {});
      if (!stop.aborted) await look(queue, left, end);
    }
  } finally {
    await Promise.all([queue.close(), events.close()]);
  }
  return failures;
}

/** Submits units that are not on their way already. */
async function submit(queue: UnitQueue, units: ReadonlyMap<string, Unit>): Promise<void> {
  const all = [...units];
  for (let i = 0; i < all.length; i += AT_ONCE) {
    const some = all.slice(i, i + AT_ONCE);
    const states = await Promise.all(some.map(([id]) => queue.getJobState(id)));
    const ended = some.filter((_, k) => states[k] === 'completed' || states[k] === 'failed');
    await Promise.all(ended.map(([id]) => queue.remove(id)));
    await queue.addBulk(
      some.map(([jobId, unit]) => ({
        name: unit.kind,
        data: unit,
        opts: { jobId, attempts: ATTEMPTS, ...KEPT },
      })),
    );
  }
}

/** Ends the units whose end no event told, and submits again those that a server without a disk forgot. */
async function look(
  queue: UnitQueue,
  left: ReadonlyMap<string, { readonly unit: Unit }>,
  end: (id: string, failure: string | undefined) => void,
): Promise<void> {
  const ids = [...left.keys()];
  const states = await Promise.all(ids.map((id) => queue.getJobState(id)));
  const lost = new Map<string, Unit>();
  for (const [i, id] of ids.entries()) {
    const unit = left.get(id)?.unit;
    if (states[i] === 'completed') end(id, undefined);
    if (states[i] === 'failed') end(id, (await queue.getJob(id))?.failedReason ?? 'unknown');
    if (states[i] === 'unknown' && unit) lost.set(id, unit);
  }
  if (lost.size > 0) await submit(queue, lost);
}
