import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BACKEND_NAMES, type BackendName, useBackend } from '#library/backend/backend';
import { softmaxCrossEntropy } from '#library/backend/ops/softmaxCrossEntropy';
import { variableGrads } from '#library/backend/ops/variableGrads';
import * as tf from '#library/backend/tf';
import { foldBatchNorms } from '#library/models/foldBatchNorms';
import { buildModel } from '#library/models/model';
import type { ModelSpec } from '#library/models/modelSpec';
import { TrainingState } from '#library/training/trainingState';
import { findPython } from '../test/python';

/**
 * Measures images per second of training, and of evaluation with batch norms folded, on each backend
 * that this machine has; beside PyTorch, where a Python 3 with it is found (SBD_PYTHON). All take
 * turns in rounds; medians, in proportion to the first. Last, the same with every core at work: a
 * process for each, which is how a population trains, and for PyTorch also a thread for each.
 *
 *     npm run bench:train [-- case ...]
 */
const ROUNDS = 5;
const SECONDS_PER_TURN = 2;
const CORES = availableParallelism();

interface Case {
  readonly network: 'small' | 'wrn' | 'r50';
  readonly mode: 'train' | 'eval';
  readonly batch: number;
  readonly wholeMachine?: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  small: { network: 'small', mode: 'train', batch: 64 },
  wrn: { network: 'wrn', mode: 'train', batch: 64 },
  // Below 16 images, PyTorch takes a slow path on one thread.
  r50: { network: 'r50', mode: 'train', batch: 16 },
  'wrn-eval': { network: 'wrn', mode: 'eval', batch: 64 },
  'wrn-population': { network: 'wrn', mode: 'train', batch: 64, wholeMachine: true },
};

const NETWORKS: Record<Case['network'], { spec: ModelSpec; size: number; numClasses: number }> = {
  small: { spec: { name: 'small-cnn' }, size: 32, numClasses: 10 },
  wrn: { spec: { name: 'wide-resnet', depth: 16, width: 1 }, size: 32, numClasses: 10 },
  r50: { spec: { name: 'resnet-50' }, size: 224, numClasses: 1000 },
};

/** One step of training, or of evaluation. */
async function stepper({ network, mode, batch }: Case): Promise<() => void> {
  const { spec, size, numClasses } = NETWORKS[network];
  const shape = { imageShape: [size, size, 3], numClasses } as const;
  const model = await buildModel(spec, shape, 1);
  const images = tf.randomNormal<tf.Rank.R4>([batch, size, size, 3], 0, 1, 'float32', 1);
  if (mode === 'eval') {
    const folded = await foldBatchNorms(model);
    return () => tf.tidy(() => (folded.apply(images) as tf.Tensor).softmax().dataSync());
  }
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % numClasses),
    'int32',
  );
  const state = new TrainingState(model, []);
  return () =>
    tf.tidy(() => {
      const loss = () =>
        softmaxCrossEntropy(model.apply(images, { training: true }) as tf.Tensor2D, labels, {
          labelSmoothing: 0.1,
        });
      const { value, grads } = variableGrads(loss, state.variables);
      state.update(grads, { learningRate: 1e-3, momentum: 0.9, weightDecay: 1e-4 });
      value.dataSync();
    });
}

/** Works for so many seconds per line of input, as train.py does. */
async function serve(backend: BackendName, name: string): Promise<void> {
  await useBackend({ backend });
  const step = await stepper(CASES[name]!);
  for await (const seconds of createInterface(process.stdin)) {
    const start = performance.now();
    let steps = 0;
    do {
      step();
      steps++;
    } while (performance.now() - start < 1000 * Number(seconds));
    console.log((1000 * steps * CASES[name]!.batch) / (performance.now() - start));
  }
}

/** Processes that work side by side. */
class Contender {
  readonly speeds: number[] = [];
  private readonly processes: ChildProcess[];
  private readonly lines: AsyncIterator<string>[];

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    count = 1,
  ) {
    this.processes = Array.from({ length: count }, () =>
      spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    this.lines = this.processes.map(({ stdout }) =>
      createInterface(stdout!)[Symbol.asyncIterator](),
    );
  }

  /** Images per second of all together. */
  async turn(seconds: number): Promise<number> {
    for (const { stdin } of this.processes) stdin!.write(`${seconds}\n`);
    const lines = await Promise.all(this.lines.map((lines) => lines.next()));
    return lines.reduce((sum, { done, value }) => {
      if (done) throw new Error(`${this.name} ended early.`);
      return sum + Number(value);
    }, 0);
  }

  end(): void {
    for (const { stdin } of this.processes) stdin!.end();
  }
}

function contenders(name: string, backends: readonly BackendName[]): Contender[] {
  const { network, mode, batch, wholeMachine } = CASES[name]!;
  const torch = findPython('torch');
  const pytorch = (processes: number, threads: number) =>
    ['nchw', 'channels_last'].map(
      (layout) =>
        new Contender(
          `PyTorch ${layout}${wholeMachine ? `, ${processes} × ${threads} threads` : ''}`,
          torch!,
          [
            join(__dirname, '../../bench/train.py'),
            network,
            mode,
            `${batch}`,
            `${threads}`,
            layout,
          ],
          processes,
        ),
    );
  return [
    ...(torch ? pytorch(wholeMachine ? CORES : 1, 1) : []),
    ...(torch && wholeMachine ? pytorch(1, CORES) : []),
    ...backends.map(
      (backend) =>
        new Contender(
          backend,
          process.execPath,
          [__filename, 'serve', backend, name],
          wholeMachine ? CORES : 1,
        ),
    ),
  ];
}

async function compare(name: string, backends: readonly BackendName[]): Promise<void> {
  const all = contenders(name, backends);
  try {
    // The first round warms up and is not counted.
    for (let round = 0; round <= ROUNDS; round++)
      for (const contender of all) {
        const speed = await contender.turn(SECONDS_PER_TURN);
        if (round > 0) contender.speeds.push(speed);
      }
  } finally {
    for (const contender of all) contender.end();
  }
  const { mode, batch, wholeMachine } = CASES[name]!;
  console.log(
    `\n${name}: ${mode}, batch ${batch}${wholeMachine ? `, ${CORES} cores` : ', 1 core'}`,
  );
  for (const { name, speeds } of all) {
    const speed = median(speeds);
    console.log(
      `${name.padEnd(40)} ${speed.toFixed(speed < 100 ? 2 : 0).padStart(6)} images/s  ` +
        `×${(speed / median(all[0]!.speeds)).toFixed(2)}`,
    );
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** GFLOP/s of one core, as a program of nothing but multiply-adds reaches them. */
function peak(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peak-'));
  try {
    const program = join(folder, 'peak');
    const source = join(__dirname, '../../bench/peak.cc');
    const flags = ['-O3', '-march=native', '-ffp-contract=fast', source, '-o', program];
    if (spawnSync(process.env.CXX ?? 'c++', flags).status !== 0) return 'unknown (no compiler)';
    return `${spawnSync(program, { encoding: 'utf8' }).stdout.trim()} GFLOP/s`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(names: string[]): Promise<void> {
  const unknown = names.find((name) => !(name in CASES));
  if (unknown)
    throw new Error(`There is no case ${unknown}, only ${Object.keys(CASES).join(', ')}.`);
  const backends: BackendName[] = [];
  for (const backend of BACKEND_NAMES.filter((name) => name !== 'cpu'))
    await useBackend({ backend }).then(
      () => backends.push(backend),
      () => {},
    );
  console.log(`${ROUNDS} rounds of ${SECONDS_PER_TURN} s; most of one core: ${peak()}`);
  for (const name of names.length > 0 ? names : Object.keys(CASES)) await compare(name, backends);
}

const [command, ...args] = process.argv.slice(2);
if (command === 'serve') void serve(args[0] as BackendName, args[1]!);
else void main(process.argv.slice(2));
