import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { median } from 'simple-statistics';
import { useBackend } from '#library/backend/backend';
import { ImageDataset } from '#library/datasets/imageDataset';
import { predictAll } from '#library/evaluation/predictAll';
import { loadOnnx } from '#library/models/loadOnnx';
import type { OnnxNetwork } from '#library/models/onnxNetwork';
import { audit } from '#statistics/audit/audit';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { findPython } from '../test/python';

/**
 * Measures the statistics of one pair of models on 50,000 images of 1,000 classes, and with an ONNX file
 * whose input is [n, 3, 224, 224] also images per second of `predict`, decoded images in memory: in this process,
 * whose network has all cores, and in a process per core, as it runs where others can open the images; beside
 * ONNX Runtime in Python, where a Python 3 with it is found (SBD_PYTHON), from the same decoded images and from
 * batches that were made before. All take turns.
 *
 *     npm run bench:audit [-- network.onnx]
 */
const ROUNDS = 5;
const BATCH = 32;
const BATCHES = 4;
const SIDE = 224;

const PYTHON = `
import sys, time
import numpy as np
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
draw = lambda *shape: np.random.default_rng(1).standard_normal(shape).astype(np.float32)
ready = draw(${BATCH}, 3, ${SIDE}, ${SIDE})
decoded = [draw(${SIDE}, ${SIDE}, 3) for _ in range(${BATCH})]
made = lambda: np.ascontiguousarray(np.stack(decoded).transpose(0, 3, 1, 2))
for line in sys.stdin:
    batch = made if line.strip() == "decoded" else lambda: ready
    start = time.perf_counter()
    for _ in range(${BATCHES}):
        session.run(None, {name: batch()})[0].argmax(1)
    print(${BATCH * BATCHES} / (time.perf_counter() - start), flush=True)
`;

function statistics(): void {
  const predictions = simulatePredictions({
    ...{ numClasses: 1000, imagesPerClass: 50, sparsities: [0, 0.9], replicates: 1 },
  });
  const seconds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    audit(predictions);
    return (performance.now() - start) / 1000;
  });
  console.log(`audit of 50,000 images × 1,000 classes: ${median(seconds).toFixed(2)} s`);
}

function randomImages(): ImageDataset {
  const pixels = Float32Array.from({ length: SIDE * SIDE * 3 }, () => 2 * Math.random() - 1);
  return new ImageDataset({
    ...{ name: 'random', classNames: Array.from({ length: 1000 }, (_, c) => `class ${c}`) },
    ...{ imageShape: [SIDE, SIDE, 3], hash: 'random', size: BATCH * BATCHES },
    async *examples() {
      for (let id = 0; id < BATCH * BATCHES; id++)
        yield {
          ...{ id, label: 0, image: () => Promise.reject(new Error('not a picture')) },
          pixels: () => pixels,
        };
    },
  });
}

/** Predicts all images in this process; gives the seconds. */
async function timed(onnx: OnnxNetwork): Promise<number> {
  const start = performance.now();
  await predictAll([onnx], randomImages(), { batchSize: BATCH });
  return (performance.now() - start) / 1000;
}

/** One of the processes: predicts all images whenever it is asked to. */
async function serve(path: string): Promise<void> {
  await useBackend();
  const onnx = await loadOnnx(path, { threads: 1 });
  process.on('message', () => timed(onnx).then(() => process.send!('done')));
  process.send!('ready');
}

async function network(path: string): Promise<void> {
  await useBackend();
  const onnx = await loadOnnx(path);
  const workers = Array.from({ length: availableParallelism() }, () =>
    fork(__filename, ['serve', path]),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const ask = async (worker: ChildProcess) => {
    worker.send('predict');
    await once(worker, 'message');
  };
  const inProcesses = async () => {
    const start = performance.now();
    await Promise.all(workers.map(ask));
    return (1000 * workers.length * BATCH * BATCHES) / (performance.now() - start);
  };
  const inOne = async () => (BATCH * BATCHES) / (await timed(onnx));
  const python = findPython('onnxruntime') || undefined;
  const child =
    python === undefined
      ? undefined
      : spawn(python, ['-c', PYTHON, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = child && createInterface(child.stdout)[Symbol.asyncIterator]();
  const theirs = (images: 'decoded' | 'ready') => async () => {
    child!.stdin.write(`${images}\n`);
    return Number((await lines!.next()).value);
  };
  const contenders = {
    'in one process': inOne,
    [`in ${workers.length} processes`]: inProcesses,
    ...(child && {
      'Python, from decoded images': theirs('decoded'),
      'Python, batches made before': theirs('ready'),
    }),
  };
  const speeds = Object.keys(contenders).map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++)
    for (const [i, run] of Object.values(contenders).entries()) {
      const speed = await run();
      // The first round warms up.
      if (round > 0) speeds[i]!.push(speed);
    }
  const best = median(speeds.at(-1)!);
  for (const [i, name] of Object.keys(contenders).entries()) {
    const speed = median(speeds[i]!);
    console.log(`${name}: ${speed.toFixed(1)} images/s, ×${(speed / best).toFixed(2)}`);
  }
  for (const worker of workers) worker.disconnect();
  if (child) {
    child.stdin.end();
    await once(child, 'exit');
  }
  await onnx.close();
}

async function main([path]: readonly string[]): Promise<void> {
  statistics();
  if (path !== undefined) await network(resolve(path));
}

const [command, path] = process.argv.slice(2);
if (command === 'serve') void serve(path!);
else void main(process.argv.slice(2));
