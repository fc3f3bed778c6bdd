import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { median } from 'simple-statistics';
import { useBackend } from '#library/backend/backend';
import { ImageDataset } from '#library/datasets/imageDataset';
import { predictAll } from '#library/evaluation/predictAll';
import { loadOnnx } from '#library/models/loadOnnx';
import { audit } from '#statistics/audit/audit';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { findPython } from '../test/python';

/**
 * Measures the statistics of one pair of models on 50,000 images of 1,000 classes, and with an ONNX file
 * whose input is [n, 3, 224, 224] also images per second of `predict` in this process, decoded images in
 * memory, beside ONNX Runtime in Python, where a Python 3 with it is found (SBD_PYTHON). Both take turns.
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
images = np.random.default_rng(1).standard_normal((${BATCH}, 3, ${SIDE}, ${SIDE})).astype(np.float32)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(${BATCHES}):
        session.run(None, {name: images})[0].argmax(1)
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

async function network(path: string): Promise<void> {
  await useBackend();
  const onnx = await loadOnnx(path);
  const images = randomImages();
  const ours = async () => {
    const start = performance.now();
    await predictAll([onnx], images, { batchSize: BATCH });
    return (1000 * BATCH * BATCHES) / (performance.now() - start);
  };
  const python = findPython('onnxruntime') || undefined;
  const child =
    python === undefined
      ? undefined
      : spawn(python, ['-c', PYTHON, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = child && createInterface(child.stdout)[Symbol.asyncIterator]();
  const theirs = async () => {
    child!.stdin.write('\n');
    return Number((await lines!.next()).value);
  };
  const speeds: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const [a, b] = [await ours(), child ? await theirs() : Number.NaN];
    // The first round warms up.
    if (round === 0) continue;
    speeds.ours.push(a);
    speeds.theirs.push(b);
  }
  const [a, b] = [median(speeds.ours), median(speeds.theirs)];
  console.log(`predict: ${a.toFixed(1)} images/s; Python: ${b.toFixed(1)}; ×${(a / b).toFixed(2)}`);
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

main(process.argv.slice(2));
