import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readRun } from '#library/models/modelFolder';
import { decodeSafetensors } from '#library/models/safetensors';
import { readPlan } from '#library/plans/readPlan';
import { QUEUE_NAME, reachQueue, type UnitQueue } from '#library/queue/connection';
import { unitId } from '#library/queue/unit';
import { checkpointFile, type Position } from '#library/training/checkpoint';
import type { Population } from '#library/training/population';
import type { TrainPopulationOptions } from '#library/training/populationOptions';
import { preparePopulation } from '#library/training/preparePopulation';
import { trainPopulation } from '#library/training/trainPopulation';
import { VERSION } from '#library/version';
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

/** What was killed, and what happened. */
export interface Kill {
  /** Since the start. */
  readonly seconds: number;
  readonly victim: string;
  /** What the victim was doing. */
  readonly at: string;
  /** What came after. */
  outcome: string;
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

/** A line that a program printed. */
interface Line {
  /** By the clock of `performance.now`. */
  readonly time: number;
  readonly text: string;
}

/** A program of its own process group, started again when it is killed. */
class Victim {
  private child: ChildProcess | undefined;
  output = '';
  readonly lines: Line[] = [];

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
      stream.on('data', (data) => {
        this.output += data;
        const time = performance.now();
        for (const text of String(data).trim().split('\n')) this.lines.push({ time, text });
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
    ...{ model: { name: 'small-cnn', width: 4 }, sparsities, replicates, seed: 1, steps },
    ...{ batchSize: 32, checkpointSeconds: 1, folder: 'unbroken' },
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
  const ends: (() => void)[] = [];
  const units = await unitsOf({ ...population, folder: BUCKET });
  const begun = () => workers.flatMap(({ lines }) => lines.filter(({ text }) => BEGINS.test(text)));
  try {
    for (const one of [...workers, submitter]) one.start();
    const random = randomFrom(seed, 'chaos');
    const among = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const isDone = () => !submitter.isRunning && /top-1/.test(submitter.output);
    let met = 0;
    while (told.length < kills && !isDone()) {
      // Since the last kill some worker has begun a unit, so that the kills meet all of the training.
      while (begun().length === met && !isDone()) await setTimeout(50);
      met = begun().length;
      await setTimeout(500 + 3000 * random());
      const killed = performance.now();
      const kill = (victim: string, at: string): Kill => {
        const one = { seconds: (killed - started) / 1000, victim, at, outcome: '' };
        told.push(one);
        onLine(`${one.seconds.toFixed(1)} s: ${victim} (${at})`);
        return one;
      };
      const later = () => `after ${((performance.now() - killed) / 1000).toFixed(1)} s`;
      const again = async (victim: Victim, one: Kill) => {
        await setTimeout(500 + 1500 * random());
        victim.start();
        one.outcome = `started again ${later()}`;
      };
      const what = random();
      if (what < 0.12) {
        await redis.stop('SIGKILL');
        const one = kill('Redis, SIGKILL', '');
        await setTimeout(500);
        redis = await startRedis(data, { port: redis.port });
        one.outcome = `back ${later()}, with ${await unitsIn(url)} units`;
      } else if (what < 0.27 && submitter.isRunning) {
        await submitter.end('SIGKILL');
        restarts.push(again(submitter, kill('submitter, SIGKILL', 'waiting')));
      } else {
        const worker = among(workers);
        if (!worker.isRunning) continue;
        const signal = random() < 0.2 ? 'SIGTERM' : 'SIGKILL';
        const [, id] = BEGINS.exec(worker.last) ?? [];
        await worker.end(signal);
        const unit = id === undefined ? undefined : units.get(id);
        const doing = unit ? `${unit.name}, ${await savedIn(unit.folder)}` : 'between two units';
        const one = kill(`${worker.name}, ${signal}`, doing);
        restarts.push(again(worker, one));
        if (unit)
          ends.push(() => {
            one.outcome = wentOn(workers, id!, killed);
          });
      }
    }
    await Promise.all(restarts);
    while (submitter.isRunning) await setTimeout(100);
    if (!isDone()) throw new Error(`The submitter did not end well: ${submitter.output}`);
    const seconds = (performance.now() - started) / 1000;
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
    for (const end of ends) end();
    const output = workers.map((worker) => worker.output).join('\n');
    const outcome = await compare(unbroken.folder, steps);
    return {
      ...{ kills: told, seconds, unbroken, ...outcome },
      begun: counted(output, new RegExp(BEGINS, 'gm')),
      done: counted(output, / (\w{8}) done /gm),
    };
  } finally {
    await Promise.all([...workers, submitter].map((victim) => victim.end('SIGKILL')));
    await Promise.all([redis.stop('SIGKILL'), s3.stop('SIGKILL')]);
  }
}

/** A unit that begins, in a worker's words. */
const BEGINS = / (\w{8}) begins$/;

/** The networks of a population by the short names that workers use. */
async function unitsOf(
  options: TrainPopulationOptions,
): Promise<Map<string, { readonly name: string; readonly folder: string }>> {
  const { networks } = await preparePopulation(options);
  return new Map(
    networks.map((spec) => [
      unitId({ kind: 'train', version: VERSION, group: spec.variant, spec }).slice(0, 8),
      { name: `${spec.variant}, replicate ${spec.replicate}`, folder: spec.folder },
    ]),
  );
}

/** What a model's folder holds. */
async function savedIn(folder: string): Promise<string> {
  if (await readRun(folder)) return 'trained';
  const file = checkpointFile(folder);
  const bytes = await storeOf(file).read(file);
  if (!bytes) return 'nothing saved yet';
  const { step }: Position = JSON.parse(decodeSafetensors(file, bytes).metadata.position!);
  return `step ${step} saved`;
}

/** How many units a queue knows. */
async function unitsIn(url: string): Promise<number> {
  const { bull, connection } = await reachQueue(url);
  const queue: UnitQueue = new bull.Queue(QUEUE_NAME, { connection: connection() });
  try {
    const counts = await queue.getJobCounts();
    return Object.values(counts).reduce((all, count) => all + count, 0);
  } finally {
    await queue.close();
  }
}

/** Who did a unit after its worker was killed, by the workers' words. */
function wentOn(workers: readonly Victim[], id: string, killed: number): string {
  const words = workers
    .flatMap(({ name, lines }) => lines.map((line) => ({ ...line, name })))
    .filter(({ time, text }) => time > killed && BEGINS.exec(text)?.[1] === id)
    .sort((a, b) => a.time - b.time);
  const [heir] = words;
  if (!heir) return 'the unit had ended';
  return `${heir.name} went on after ${((heir.time - killed) / 1000).toFixed(1)} s`;
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
