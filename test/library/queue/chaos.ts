import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readRun } from '#library/models/modelFolder';
import { readPlan } from '#library/plans/readPlan';
import type { Population } from '#library/training/population';
import { trainPopulation } from '#library/training/trainPopulation';
import { randomFrom } from '#statistics/random';
import { storeOf } from '#statistics/store/store';
import { type Service, s3Env, startRedis, startS3 } from '../../services';
import { SBD } from '../cli/command';

/** How a population is trained while what trains it is killed. */
export interface ChaosOptions {
  /** For files; empty. */
  readonly folder: string;
  readonly sparsities: readonly number[];
  readonly replicates: number;
  readonly steps: number;
  readonly kills: number;
  readonly seed: number;
  readonly onLine?: (line: string) => void;
}

/** What was killed, and when. */
export interface Kill {
  /** Since the start. */
  readonly seconds: number;
  readonly victim: string;
  /** What the victim was doing. */
  readonly at: string;
}

/** What came of it. */
export interface Chaos {
  readonly kills: readonly Kill[];
  readonly seconds: number;
  /** Of an unbroken run on this machine. */
  readonly unbroken: Population;
  /** Predictions whose files differ from those of the unbroken run. */
  readonly different: readonly string[];
  /** Models whose curve has not each part of the training once. */
  readonly broken: readonly string[];
  /** Files in the bucket beside those of complete models. */
  readonly others: readonly string[];
  /** By unit: how often a worker began it, and how often it told its end. */
  readonly begun: ReadonlyMap<string, number>;
  readonly done: ReadonlyMap<string, number>;
}

const WORKERS = 3;
const BUCKET = 's3://bucket/chaos';

/** A program of its own process group, started again when it is killed. */
class Victim {
  private child: ChildProcess | undefined;
  output = '';

  constructor(
    readonly name: string,
    private readonly args: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  start(): ChildProcess {
    this.child = spawn(process.execPath, [SBD, ...this.args], {
      env: this.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (text) => {
        this.output += text;
      });
    return this.child;
  }

  get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  /** The last line that was shown. */
  get last(): string {
    return this.output.trimEnd().split('\n').at(-1) ?? '';
  }

  /** Ends the program, with SIGKILL its processes too, as the machine's end would. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.child!, 'exit');
    process.kill(signal === 'SIGKILL' ? -this.child!.pid! : this.child!.pid!, signal);
    await ended;
  }
}

/**
 * Trains a small population by three workers of a queue, with its files in a bucket, and meanwhile kills
 * workers, the submitter and Redis, each of which is started again. Then compares the population with one that
 * this machine trains unbroken.
 */
export async function runChaos(options: ChaosOptions): Promise<Chaos> {
  const { folder, sparsities, replicates, steps, seed, kills, onLine = () => {} } = options;
  const plan = {
    train: { loader: 'cifar10', views: [{ op: 'take', count: 640 }] },
    test: { loader: 'cifar10', options: { split: 'test' }, views: [{ op: 'take', count: 100 }] },
    ...{ model: { name: 'small-cnn', width: 8 }, sparsities, replicates, seed: 1, steps },
    ...{ batchSize: 64, checkpointSeconds: 1, folder: 'unbroken' },
  };
  const file = join(folder, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const { population } = await readPlan(file);
  const unbroken = await trainPopulation({ ...population, processes: 2, onProgress: () => {} });
  onLine(`trained ${unbroken.models.length} models unbroken`);

  const s3 = await startS3('bucket');
  const data = join(folder, 'redis');
  mkdirSync(data);
  let redis: Service = await startRedis(data);
  const url = `redis://127.0.0.1:${redis.port}`;
  const env = { ...process.env, ...s3Env(s3.port) };
  Object.assign(process.env, s3Env(s3.port));
  const workers = Array.from(
    { length: WORKERS },
    (_, i) =>
      new Victim(
        `worker ${i + 1}`,
        ['worker', url, '--processes', '1', '--lock-seconds', '4'],
        env,
      ),
  );
  const submitter = new Victim(
    'submitter',
    ['train', file, '--queue', url, '--folder', BUCKET],
    env,
  );
  const started = performance.now();
  const told: Kill[] = [];
  const restarts: Promise<void>[] = [];
  try {
    for (const one of [...workers, submitter]) one.start();
    const random = randomFrom(seed, 'chaos');
    const among = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const isDone = () => !submitter.isRunning && /top-1/.test(submitter.output);
    while (told.length < kills && !isDone()) {
      await setTimeout(500 + 3000 * random());
      const seconds = (performance.now() - started) / 1000;
      const what = random();
      const again = async (victim: Victim) => {
        await setTimeout(500 + 1500 * random());
        victim.start();
      };
      let victim: string;
      let at: string;
      if (what < 0.12) {
        [victim, at] = ['Redis, SIGKILL', ''];
        await redis.stop('SIGKILL');
        await setTimeout(500);
        redis = await startRedis(data, { port: redis.port });
      } else if (what < 0.27 && submitter.isRunning) {
        [victim, at] = ['submitter, SIGKILL', 'waiting'];
        await submitter.end('SIGKILL');
        restarts.push(again(submitter));
      } else {
        const worker = among(workers);
        if (!worker.isRunning) continue;
        const signal = random() < 0.2 ? 'SIGTERM' : 'SIGKILL';
        [victim, at] = [`${worker.name}, ${signal}`, worker.last];
        await worker.end(signal);
        restarts.push(again(worker));
      }
      told.push({ seconds, victim, at });
      onLine(`${seconds.toFixed(1)} s: ${victim} (${at})`);
    }
    await Promise.all(restarts);
    while (submitter.isRunning) await setTimeout(100);
    if (!isDone()) throw new Error(`The submitter did not end well: ${submitter.output}`);
    const seconds = (performance.now() - started) / 1000;
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
    const output = workers.map((worker) => worker.output).join('\n');
    const outcome = await compare(unbroken.folder, steps);
    return {
      ...{ kills: told, seconds, unbroken, ...outcome },
      begun: counted(output, / (\w{8}) begins$/gm),
      done: counted(output, / (\w{8}) done /gm),
    };
  } finally {
    await Promise.all([...workers, submitter].map((victim) => victim.end('SIGKILL')));
    await Promise.all([redis.stop('SIGKILL'), s3.stop('SIGKILL')]);
  }
}

function counted(text: string, pattern: RegExp): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, name] of text.matchAll(pattern)) counts.set(name!, (counts.get(name!) ?? 0) + 1);
  return counts;
}

/** Compares what is in the bucket with a folder. */
async function compare(
  folder: string,
  steps: number,
): Promise<Pick<Chaos, 'different' | 'broken' | 'others'>> {
  const store = storeOf(BUCKET);
  const names = async (root: string) =>
    (await storeOf(root).list(root)).map(({ place }) => place.slice(root.length + 1));
  const here = await names(folder);
  const there = await names(BUCKET);
  const different: string[] = [];
  const broken: string[] = [];
  for (const name of here) {
    const bytes = await store.read(`${BUCKET}/${name}`);
    if (/(\.parquet|weights\.bin|masks\.safetensors)$/.test(name))
      if (!bytes?.equals(readFileSync(join(folder, name)))) different.push(name);
    if (!name.endsWith('run.json')) continue;
    const run = await readRun(`${BUCKET}/${name.slice(0, -'/run.json'.length)}`);
    const unbroken = await readRun(join(folder, name, '..'));
    const curve = run?.outcome.history.map(({ step, loss }) => [step, loss]);
    const expected = unbroken!.outcome.history.map(({ step, loss }) => [step, loss]);
    if (JSON.stringify(curve) !== JSON.stringify(expected) || curve?.at(-1)?.[0] !== steps)
      broken.push(name);
  }
  return { different, broken, others: there.filter((name) => !here.includes(name)) };
}
