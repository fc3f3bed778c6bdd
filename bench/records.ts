import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadImageNetRecords } from '#library/records/loadImageNetRecords';
import { type RecordInput, writeRecords } from '#library/records/writeRecords';
import { findPython } from '../test/python';

/**
 * Measures how fast loadImageNetRecords decodes and preprocesses images for evaluation, in batches
 * of 64, and its peak memory; beside tf.data, and a PyTorch DataLoader that reads the same JPEGs as
 * files, where a Python 3 with them is found (SBD_PYTHON). Rounds alternate; medians.
 *
 *     UV_THREADPOOL_SIZE=$(nproc) node dist/bench/records.js <folder of JPEGs> [rounds]
 */
const IMAGES = 1000;
const SHARDS = 4;
const BATCH = 64;

/** What one pass over the images took. */
interface Pass {
  readonly seconds: number;
  readonly images: number;
  /** Of the process and its workers since it started, in MB. */
  readonly peakMemory: number;
}

/** A process that makes one pass for each line it is given. */
class Reader {
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface(this.process.stdout!)[Symbol.asyncIterator]();
  }

  async pass(): Promise<Pass> {
    this.process.stdin!.write('pass\n');
    const line = await this.lines.next();
    if (line.done) throw new Error(`${this.process.spawnargs.join(' ')} ended early.`);
    return JSON.parse(line.value);
  }

  end(): void {
    this.process.stdin!.end();
  }
}

/** Makes passes over the records in a folder, as the programs in Python beside this do. */
async function serve(folder: string): Promise<void> {
  const dataset = await loadImageNetRecords(folder);
  for await (const _ of createInterface(process.stdin)) {
    const start = performance.now();
    let images = 0;
    for await (const batch of dataset.batches(BATCH)) images += batch.labels.length;
    const seconds = (performance.now() - start) / 1000;
    const peakMemory = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ seconds, images, peakMemory }));
  }
}

/** The images repeated, as files and as records. */
async function prepare(jpegs: string, files: string, records: string): Promise<void> {
  const originals = readdirSync(jpegs)
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .map((name) => readFileSync(join(jpegs, name)));
  if (originals.length === 0) throw new Error(`${jpegs} holds no JPEG files.`);
  const inputs: RecordInput[] = Array.from({ length: IMAGES }, (_, id) => ({
    image: originals[id % originals.length]!,
    label: id % 1000,
    id,
  }));
  await writeRecords(inputs, join(records, 'images.tfrecord'), { shards: SHARDS });
  for (const { image, id } of inputs)
    await writeFile(join(files, `${String(id).padStart(5, '0')}.jpg`), image as Uint8Array);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

async function main(jpegs: string, rounds: number): Promise<void> {
  const files = await mkdtemp(join(tmpdir(), 'bench-files-'));
  const records = await mkdtemp(join(tmpdir(), 'bench-records-'));
  const readers: Record<string, Reader> = {};
  try {
    await prepare(jpegs, files, records);
    readers.loadImageNetRecords = new Reader(process.execPath, [__filename, 'serve', records]);
    const script = join(__dirname, '../../bench/records.py');
    const tensorflow = findPython('tensorflow');
    if (tensorflow) readers['tf.data'] = new Reader(tensorflow, [script, 'tf.data', records]);
    const torch = findPython('torch', 'PIL', 'numpy');
    if (torch) readers['PyTorch DataLoader'] = new Reader(torch, [script, 'DataLoader', files]);

    const passes = Object.fromEntries(Object.keys(readers).map((name) => [name, [] as Pass[]]));
    // The first round warms up and is not counted.
    for (let round = 0; round <= rounds; round++)
      for (const [name, reader] of Object.entries(readers)) {
        const pass = await reader.pass();
        if (pass.images !== IMAGES) throw new Error(`${name} read ${pass.images} images.`);
        if (round > 0) passes[name]!.push(pass);
      }
    console.log(
      `${IMAGES} images, batches of ${BATCH}, ${availableParallelism()} cores, medians of ${rounds} rounds`,
    );
    const ours = median(passes.loadImageNetRecords!.map(({ seconds }) => seconds));
    for (const [name, all] of Object.entries(passes)) {
      const seconds = median(all.map((pass) => pass.seconds));
      console.log(
        `${name.padEnd(20)} ${(IMAGES / seconds).toFixed(0).padStart(5)} images/s  ` +
          `×${(ours / seconds).toFixed(2)}  peak memory ${all.at(-1)!.peakMemory.toFixed(0)} MB`,
      );
    }
  } finally {
    for (const reader of Object.values(readers)) reader.end();
    await rm(files, { recursive: true });
    await rm(records, { recursive: true });
  }
}

const [first, second] = process.argv.slice(2);
if (first === 'serve') serve(second!);
else if (first) main(first, Number(second ?? 5));
else console.error('Expected a folder of JPEGs, of ImageNet for example.');
