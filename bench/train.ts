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
 * Measures images per processor second of training, and of evaluation with batch norms folded, on each
 * backend that this machine has; beside PyTorch, where a Python 3 with it is found (SBD_PYTHON), in each
 * of {@link PYTORCH}'s arrangements. All take turns in rounds; medians, in proportion to PyTorch's best.
 * Processor time, unlike the clock, stays true beside other work. The cases named `population` have
 * every core at work: a process for each, which is how a population trains. Whoever has less than an
 * eighth of the best speed in the first round takes no more turns.
 *
 *     npm run bench:train [-- case ...]
 */
const ROUNDS = 5;
const SECONDS_PER_TURN = 2;
const CORES = availableParallelism();

/** PyTorch's arrangements: memory layout, precision, and whether torch.compile makes the network. */
const PYTORCH = [
  'nchw',
  'channels_last',
  'channels_last compiled',
  'channels_last bf16',
  'channels_last bf16 compiled',
];

interface Case {
  readonly network: 'small' | 'wrn' | 'airbench' | 'r50';
  readonly mode: 'train' | 'eval';
  readonly batch: number;
  readonly wholeMachine?: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  small: { network: 'small', mode: 'train', batch: 64 },
  wrn: { network: 'wrn', mode: 'train', batch: 64 },
  airbench: { network: 'airbench', mode: 'train', batch: 128 },
  // Below 16 images, PyTorch takes a slow path on one thread.
  r50: { network: 'r50', mode: 'train', batch: 16 },
  'wrn-eval': { network: 'wrn', mode: 'eval', batch: 64 },
  'airbench-eval': { network: 'airbench', mode: 'eval', batch: 128 },
  'wrn-population': { network: 'wrn', mode: 'train', batch: 64, wholeMachine: true },
  'airbench-population': { network: 'airbench', mode: 'train', batch: 128, wholeMachine: true },
};

const NETWORKS: Record<Case['network'], { spec: ModelSpec; size: number; numClasses: number }> = {
  small: { spec: { name: 'small-cnn' }, size: 32, numClasses: 10 },
  wrn: { spec: { name: 'wide-resnet', depth: 16, width: 1 }, size: 32, numClasses: 10 },
  airbench: { spec: { name: 'airbench' }, size: 32, numClasses: 10 },
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

/** Works for so many processor seconds per line of input, as train.py does. */
async function serve(backend: BackendName, name: string): Promise<void> {
  await useBackend({ backend });
  const step = await stepper(CASES[name]!);
  for await (const seconds of createInterface(process.stdin)) {
    const start = processorSeconds();
    let steps = 0;
    do {
      step();
      steps++;
    } while (processorSeconds() - start < Number(seconds));
    console.log((steps * CASES[name]!.batch) / (processorSeconds() - start));
  }
}

/** What this process and its threads have used. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
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
    // A process that has ended tells so by its output.
    for (const { stdin } of this.processes) stdin!.on('error', () => {});
    this.lines = this.processes.map(({ stdout }) =>
      createInterface(stdout!)[Symbol.asyncIterator](),
    );
  }

  /** Images per second of all together; 0 where one has ended, as for want of memory. */
  async turn(seconds: number): Promise<number> {
    for (const { stdin } of this.processes) stdin!.write(`${seconds}\n`);
    const lines = await Promise.all(this.lines.map((lines) => lines.next()));
    if (lines.some(({ done }) => done)) return 0;
    return lines.reduce((sum, { value }) => sum + Number(value), 0);
  }

  end(): void {
    for (const { stdin } of this.processes) stdin!.end();
  }
}

function contenders(name: string, backends: readonly BackendName[]): Contender[] {
  const { network, mode, batch, wholeMachine } = CASES[name]!;
  const torch = findPython('torch');
  const processes = wholeMachine ? CORES : 1;
  const script = join(__dirname, '../../bench/train.py');
  return [
    ...(torch ? PYTORCH : []).map(
      (arrangement) =>
        new Contender(
          `PyTorch ${arrangement}`,
          torch!,
          [script, network, mode, `${batch}`, ...arrangement.split(' ')],
          processes,
        ),
    ),
    ...backends.map(
      (backend) =>
        new Contender(backend, process.execPath, [__filename, 'serve', backend, name], processes),
    ),
  ];
}

async function compare(name: string, backends: readonly BackendName[]): Promise<void> {
  const all = contenders(name, backends);
  try {
    for (const contender of all) await contender.turn(SECONDS_PER_TURN);
    for (const contender of all) contender.speeds.push(await contender.turn(SECONDS_PER_TURN));
    // PyTorch emulates bf16 where the processor lacks it, at a tenth of the speed.
    const best = Math.max(...all.map(({ speeds }) => speeds[0]!));
    const serious = all.filter(({ speeds }) => speeds[0]! > best / 8);
    for (let round = 1; round < ROUNDS; round++)
      for (const contender of serious)
        contender.speeds.push(await contender.turn(SECONDS_PER_TURN));
  } finally {
    for (const contender of all) contender.end();
  }
  const { mode, batch, wholeMachine } = CASES[name]!;
  console.log(
    `\n${name}: ${mode}, batch ${batch}${wholeMachine ? `, ${CORES} cores` : ', 1 core'}`,
  );
  const peers = all.filter(({ name }) => name.startsWith('PyTorch'));
  const best = Math.max(...(peers.length > 0 ? peers : all).map(({ speeds }) => median(speeds)));
  for (const { name, speeds } of all) {
    const speed = median(speeds);
    console.log(
      `${name.padEnd(40)} ${speed.toFixed(speed < 100 ? 2 : 0).padStart(6)} images/s  ` +
        `×${(speed / best).toFixed(2)}`,
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
  console.log(
    `${ROUNDS} rounds of ${SECONDS_PER_TURN} processor seconds; most of one core: ${peak()}`,
  );
  for (const name of names.length > 0 ? names : Object.keys(CASES)) await compare(name, backends);
}

const [command, ...args] = process.argv.slice(2);
if (command === 'serve') void serve(args[0] as BackendName, args[1]!);
else void main(process.argv.slice(2));
