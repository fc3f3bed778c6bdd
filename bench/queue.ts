import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { QUEUE_NAME, reachQueue } from '#library/queue/connection';
import { runOnQueue } from '#library/queue/runOnQueue';
import type { TrainPopulationOptions } from '#library/training/populationOptions';
import type { ReplicateSpec } from '#library/training/populationSpec';
import { preparePopulation } from '#library/training/preparePopulation';
import { trainPopulation } from '#library/training/trainPopulation';
import { SBD } from '../test/library/cli/command';
import { NO_REDIS, NO_S3, s3Env, startRedis, startS3 } from '../test/services';

/**
 * What a queue and a bucket cost a unit of a population, and how many units a queue hands out to simulated
 * workers, which train nothing, with the memory of Redis and of the submitter.
 *
 *     npm run bench:queue [-- <units>]
 */
const WORKERS = [1, 10, 100, 1000];
const SPARSITIES = [0, 0.3, 0.5, 0.7, 0.9];
const OVERHEAD_UNITS = 20;
const FEW_UNITS = 2;
const MB = 2 ** 20;

/** What a submitter tells when all of its units are done. */
interface Submitted {
  readonly seconds: number;
  /** Bytes before the units were submitted, and at most. */
  readonly before: number;
  readonly peak: number;
}

async function main([role, ...args]: readonly string[]): Promise<void> {
  if (role === 'workers') return work(args[0]!, Number(args[1]));
  if (role === 'submitter') return submit(args[0]!, Number(args[1]));
  const missing = NO_REDIS || NO_S3;
  if (missing) throw new Error(`This needs redis-server and gofakes3: ${missing}.`);
  const units = Number(role ?? 10_000);
  const folder = await mkdtemp(join(tmpdir(), 'queue-'));
  try {
    await throughput(folder, units);
    await overhead(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function throughput(folder: string, units: number): Promise<void> {
  console.log(
    `${units} units\n| workers | units/s | Redis, MB | Redis, ms per unit | submitter, MB |\n|---|---|---|---|---|`,
  );
  for (const workers of WORKERS) {
    const data = join(folder, `redis-${workers}`);
    mkdirSync(data);
    const redis = await startRedis(data, { fsync: 'everysec' });
    const url = `redis://127.0.0.1:${redis.port}`;
    const serving = fork(__filename, ['workers', url, String(workers)]);
    await once(serving, 'message');
    const submitter = fork(__filename, ['submitter', url, String(units)]);
    const [told] = (await once(submitter, 'message')) as [Submitted];
    const { memory, cpu } = await infoOf(url);
    await Promise.all([ended(serving, 'SIGKILL'), ended(submitter)]);
    await redis.stop();
    const { seconds, before, peak } = told;
    console.log(
      `| ${workers} | ${(units / seconds).toFixed(0)} | ${(memory / MB).toFixed(0)} | ${((1000 * cpu) / units).toFixed(2)} | ` +
        `${(peak / MB).toFixed(0)} (${(before / MB).toFixed(0)} before) |`,
    );
  }
}

/** The most memory that Redis used, in bytes, and its processor seconds. */
async function infoOf(url: string): Promise<{ memory: number; cpu: number }> {
  const client = new Redis(url);
  const info = `${await client.info('memory')}${await client.info('cpu')}`;
  client.disconnect();
  const value = (name: string) => Number(new RegExp(`^${name}:(.*)`, 'm').exec(info)?.[1]);
  return {
    memory: value('used_memory_peak'),
    cpu: value('used_cpu_user') + value('used_cpu_sys'),
  };
}

async function ended(child: ChildProcess, signal?: 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null) return;
  const end = once(child, 'exit');
  if (signal) child.kill(signal);
  await end;
}

/** Workers with connections of their own, as on as many machines, that do nothing with a unit. */
async function work(url: string, count: number): Promise<void> {
  const { bull, connection } = await reachQueue(url);
  const workers = Array.from(
    { length: count },
    () => new bull.Worker(QUEUE_NAME, async () => {}, { connection: connection() }),
  );
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  process.send!('ready');
}

/** Submits networks of a large population, as `trainPopulation` does. */
async function submit(url: string, units: number): Promise<void> {
  const [train, test] = [await loadCifar10(), await loadCifar10({ split: 'test' })];
  const replicates = Math.ceil(units / SPARSITIES.length);
  const { networks } = await preparePopulation({
    ...{ train, test, model: { name: 'small-cnn' }, sparsities: SPARSITIES, replicates, seed: 1 },
    folder: join(tmpdir(), 'none'),
  });
  const before = process.memoryUsage.rss();
  const started = performance.now();
  await runOnQueue<ReplicateSpec, never>(networks.slice(0, units), {
    ...{ kind: 'train', queue: url, groupOf: ({ variant }) => variant },
  });
  const seconds = (performance.now() - started) / 1000;
  const peak = 1024 * process.resourceUsage().maxRSS;
  process.send!({ seconds, before, peak } satisfies Submitted, () => process.exit());
}

/** Trains networks for one step, in a folder by processes of this machine, and in a bucket by a queue's worker. */
async function overhead(folder: string): Promise<void> {
  const s3 = await startS3('bucket');
  const redis = await startRedis(folder, { fsync: 'everysec' });
  const queue = `redis://127.0.0.1:${redis.port}`;
  Object.assign(process.env, s3Env(s3.port));
  const worker = spawn(process.execPath, [SBD, 'worker', queue, '--processes', '2'], {
    stdio: 'ignore',
  });
  try {
    const [train, test] = [await loadCifar10(), await loadCifar10({ split: 'test' })];
    const options = (place: string, replicates: number): TrainPopulationOptions => ({
      ...{ train: train.take(640), test: test.take(100), model: { name: 'small-cnn' }, seed: 1 },
      ...{ sparsities: [0], replicates, steps: 1, folder: place, onProgress: () => {} },
    });
    const seconds = async (how: TrainPopulationOptions) => {
      const started = performance.now();
      await trainPopulation(how);
      return (performance.now() - started) / 1000;
    };
    // By the difference of two populations, what starts once for all units drops out.
    const perUnit = async (place: string, how: Partial<TrainPopulationOptions>) => {
      const few = await seconds({ ...options(`${place}-few`, FEW_UNITS), ...how });
      const many = await seconds({
        ...options(`${place}-many`, FEW_UNITS + OVERHEAD_UNITS),
        ...how,
      });
      return (many - few) / OVERHEAD_UNITS;
    };
    const here = await perUnit(join(folder, 'here'), { processes: 2 });
    const there = await perUnit('s3://bucket/there', { queue });
    console.log(
      `\na network of one step more, two processes: ${here.toFixed(2)} s in a folder, ${there.toFixed(2)} s by a queue in a bucket`,
    );
  } finally {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
    await Promise.all([redis.stop(), s3.stop()]);
  }
}

main(process.argv.slice(2));
