import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chancePIEs } from '#statistics/analysis/chancePIEs';
import { findPIEs } from '#statistics/analysis/findPIEs';
import { perClassTTest } from '#statistics/analysis/perClassTTest';
import type { Predictions } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import {
  type SimulatePredictionsOptions,
  simulatePredictions,
} from '#statistics/predictions/simulatePredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';
import { findPython } from '../test/python';

/**
 * Measures perClassTTest and findPIEs together, on a population of the paper's size, from memory and
 * from Parquet files; where a Python 3 with them is found (SBD_PYTHON), beside pandas with scipy
 * from memory and DuckDB from the same files. Rounds alternate; medians. Then chancePIEs, once.
 *
 *     node dist/bench/analysis.js [rounds]
 */
const POPULATION = {
  numClasses: 1000,
  imagesPerClass: 50,
  sparsities: [0, 0.1, 0.3, 0.5, 0.7, 0.9],
  replicates: 30,
  seed: 1,
} satisfies SimulatePredictionsOptions;

/** What a round gives: how long it took, and what it found, so that all can be seen to agree. */
interface Round {
  readonly seconds: number;
  readonly significant: number;
  readonly pies: number;
}

function analyse(predictions: Predictions): Omit<Round, 'seconds'> {
  const classes = perClassTTest(predictions);
  const pies = findPIEs(predictions);
  return {
    significant: classes.filter(({ significant }) => significant).length,
    pies: pies.length,
  };
}

async function timed(work: () => Promise<Omit<Round, 'seconds'>>): Promise<Round> {
  const start = performance.now();
  const found = await work();
  return { seconds: (performance.now() - start) / 1000, ...found };
}

/** Asks the Python beside this for one round after the other. */
class Peer {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  peakMemory = 0;

  constructor(python: string, folder: string) {
    this.process = spawn(python, [join(__dirname, '../../bench/analysis.py'), folder]);
    this.process.stderr.pipe(process.stderr);
    this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
  }

  async round(task: 'pandas' | 'duckdb'): Promise<Round> {
    this.process.stdin.write(`${task}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error(`The Python program ended in the task ${task}.`);
    const [seconds, significant, pies, peak] = JSON.parse(line.value);
    this.peakMemory = peak;
    return { seconds, significant, pies };
  }

  end(): void {
    this.process.stdin.end();
  }
}

/** Reads and analyses once in a process of its own, cold. */
function fresh(folder: string): { seconds: number; peakMemory: number } {
  const { stdout, stderr } = spawnSync(process.execPath, [__filename, 'fresh', folder], {
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

async function main(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-analysis-'));
  const predictions = simulatePredictions(POPULATION);
  const written = await timed(async () => {
    await writePredictions(predictions, folder);
    return { significant: 0, pies: 0 };
  });
  const python = findPython('pandas', 'scipy', 'duckdb', 'pyarrow');
  const pandas = python ? new Peer(python, folder) : undefined;
  const duckdb = python ? new Peer(python, folder) : undefined;
  const tasks: Record<string, () => Promise<Round>> = {
    'ours, from memory': () => timed(async () => analyse(predictions)),
    'ours, from Parquet': () => timed(async () => analyse(await readPredictions(folder))),
    ...(pandas && { 'pandas and scipy, from memory': () => pandas.round('pandas') }),
    ...(duckdb && { 'DuckDB and scipy, from Parquet': () => duckdb.round('duckdb') }),
  };
  const results = Object.fromEntries(Object.keys(tasks).map((name) => [name, [] as Round[]]));
  try {
    // The first round warms up and is not counted.
    for (let round = 0; round <= rounds; round++)
      for (const [name, task] of Object.entries(tasks)) {
        const result = await task();
        if (round > 0) results[name]!.push(result);
      }
    const cold = Array.from({ length: Math.min(rounds, 3) }, () => fresh(folder));
    const { numClasses, imagesPerClass, sparsities, replicates } = POPULATION;
    console.log(
      `${numClasses * imagesPerClass} images × ${sparsities.length * replicates} models × ${numClasses} classes, ` +
        `medians of ${rounds} rounds; written in ${written.seconds.toFixed(1)} s`,
    );
    const base = median(results['ours, from memory']!.map((r) => r.seconds));
    for (const [name, all] of Object.entries(results)) {
      const seconds = median(all.map((r) => r.seconds));
      const { significant, pies } = all[0]!;
      console.log(
        `${name.padEnd(32)} ${seconds.toFixed(3)} s  ×${(seconds / base).toFixed(1)}  ` +
          `${significant} significant classes, ${pies} PIEs`,
      );
    }
    console.log(
      `ours, from Parquet, in a new process ${median(cold.map((c) => c.seconds)).toFixed(3)} s, ` +
        `peak memory ${Math.max(...cold.map((c) => c.peakMemory)).toFixed(0)} MB`,
    );
    const { models } = predictions;
    const both = models.filter(({ sparsity }) => sparsity === 0 || sparsity === 0.9);
    const before = process.cpuUsage();
    const permuted = await timed(async () => {
      const [row] = chancePIEs({ ...predictions, models: both });
      return { significant: 0, pies: row!.pies };
    });
    const { user, system } = process.cpuUsage(before);
    console.log(
      `chancePIEs, 1,000 permutations of ${both.length} models: ${permuted.seconds.toFixed(1)} s, ` +
        `of processor time ${((user + system) / 1e6).toFixed(1)} s`,
    );
    if (pandas && duckdb)
      console.log(
        `peak memory: pandas ${pandas.peakMemory.toFixed(0)} MB, ` +
          `DuckDB ${duckdb.peakMemory.toFixed(0)} MB`,
      );
  } finally {
    pandas?.end();
    duckdb?.end();
    await rm(folder, { recursive: true });
  }
}

async function runFresh(folder: string): Promise<void> {
  const { seconds } = await timed(async () => analyse(await readPredictions(folder)));
  console.log(JSON.stringify({ seconds, peakMemory: process.resourceUsage().maxRSS / 1024 }));
}

const [first, second] = process.argv.slice(2);
if (first === 'fresh') runFresh(second!);
else main(Number(first ?? 7));
