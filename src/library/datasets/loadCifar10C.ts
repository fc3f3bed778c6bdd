import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatasetError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  count,
  type OptionRules,
  type Random,
} from 'selective-brain-damage-statistics/internal';
import { ALL_CORRUPTIONS, type CorruptionName, SEVERITIES } from '../corruptions/names';
import { checkPath } from '../optionRules';
import { ImageDataset } from './imageDataset';
import { CIFAR10_CLASS_NAMES, CIFAR10_NORMALIZATION } from './loadCifar10';
import { normalize } from './normalization';
import { type NpyFile, openNpy, readAt, readNpy } from './npy';
import { type CorruptionChoice, choiceRules, type ShiftedSet } from './shiftedSet';
import type { Example, ImageSource } from './types';
import { shuffle } from './views/shuffle';
import { wrappedFolder } from './wrappedFolder';

const SIDE = 32;
const IMAGE_BYTES = SIDE * SIDE * 3;
/** Images read at once: 768 kB. */
const CHUNK = 256;

/** Options of {@link loadCifar10C}. */
export interface Cifar10COptions extends CorruptionChoice {
  /** Number of images of each severity in a file. Default 10,000, as published. */
  readonly imagesPerSeverity?: number;
}

const rules: OptionRules<Cifar10COptions> = { ...choiceRules, imagesPerSeverity: count() };

/**
 * Opens CIFAR-10-C as published (Hendrycks & Dietterich 2019): one `.npy` file per corruption with
 * 50,000 × 32 × 32 × 3 bytes, 10,000 images of each severity after the other, and `labels.npy`. All
 * is streamed; an image's id is its position in the CIFAR-10 test set, from 0. `hash` is the sha256 of
 * the labels and of a severity's first 256 images.
 *
 * @param place the files' folder, or the one above it
 * @returns one set per corruption and severity, in the benchmark's order
 * @throws DatasetError where a file is missing or has another shape or number of images
 * @throws OptionError for an unknown corruption or severity, and for a wrong option or value
 */
export async function loadCifar10C(
  place: string,
  options: Cifar10COptions = {},
): Promise<ShiftedSet[]> {
  checkPath('loadCifar10C', 'folder', place);
  checkOptions('loadCifar10C', options, rules);
  const folder = await wrappedFolder(place, (names) => names.some((name) => name.endsWith('.npy')));
  const { corruptions, severities = SEVERITIES, ...how } = options;
  const there = ALL_CORRUPTIONS.filter((name) => existsSync(fileOf(folder, name)));
  if (there.length === 0)
    throw new DatasetError(
      `${folder}: holds no corruption of CIFAR-10-C; expected gaussian_noise.npy and so on.`,
      { file: folder },
    );
  const missing = corruptions?.find((name) => !there.includes(name));
  if (missing)
    throw new DatasetError(
      `${fileOf(folder, missing)}: there is no such file; the folder holds ${there.join(', ')}.`,
      { option: 'corruptions', value: missing, file: fileOf(folder, missing) },
    );
  const sets: ShiftedSet[] = [];
  for (const corruption of corruptions ?? there)
    for (const severity of severities) {
      const data = await openCifar10C({ folder, corruption, severity, ...how });
      sets.push({ corruption, severity, data });
    }
  return sets;
}

/** A part of CIFAR-10-C for {@link openCifar10C}. */
export interface Cifar10CPart {
  readonly folder: string;
  readonly corruption: CorruptionName;
  readonly severity: number;
  readonly imagesPerSeverity?: number;
}

/** One corruption at one severity. */
export async function openCifar10C(part: Cifar10CPart): Promise<ImageDataset> {
  const { corruption, severity, imagesPerSeverity: size = 10_000 } = part;
  const folder = resolve(part.folder);
  const images = await openNpy(fileOf(folder, corruption));
  const shape = [SEVERITIES.length * size, SIDE, SIDE, 3];
  if (images.type !== '|u1' || images.shape.join() !== shape.join())
    throw new DatasetError(
      `${images.path}: holds ${images.type} [${images.shape}]; expected bytes (|u1) [${shape}], ` +
        `${size} images of each severity after the other.`,
      { file: images.path },
    );
  const first = (severity - 1) * size;
  const labels = await readLabels(join(folder, 'labels.npy'), size);
  const hash = createHash('sha256').update(Uint8Array.from(labels));
  hash.update(await firstBytes(images, first));
  return new ImageDataset({
    name: `CIFAR-10-C ${corruption} ${severity}`,
    classNames: CIFAR10_CLASS_NAMES,
    imageShape: [SIDE, SIDE, 3],
    hash: hash.digest('hex'),
    normalization: CIFAR10_NORMALIZATION,
    size,
    shuffleBuffer: size,
    spec: { loader: 'cifar10-c', options: { ...part, folder } },
    examples(random?: Random) {
      const stream = readImages(images, labels, first, size);
      return random ? shuffle(stream, random, size) : stream;
    },
  } satisfies ImageSource);
}

function fileOf(folder: string, corruption: CorruptionName): string {
  return join(folder, `${corruption}.npy`);
}

/** One label per image of all severities; the file may have them once for each. */
async function readLabels(path: string, size: number): Promise<number[]> {
  const count = SEVERITIES.length * size;
  const { shape, type } = await openNpy(path);
  const [length = 0] = shape;
  if (!/^[|<][iu][1248]$/.test(type) || shape.length !== 1 || ![count, size].includes(length))
    throw new DatasetError(
      `${path}: holds ${type} [${shape}]; expected ${count} or ${size} whole numbers, one for ` +
        'each image of all severities or of one.',
      { file: path },
    );
  const { data: labels } = await readNpy(path);
  const wrong = labels.findIndex((label) => !(label >= 0 && label < CIFAR10_CLASS_NAMES.length));
  if (wrong >= 0)
    throw new DatasetError(`${path}: label ${wrong} is ${labels[wrong]}; expected 0–9.`, {
      file: path,
      value: labels[wrong],
    });
  return Array.from({ length: count }, (_, i) => labels[i % length]!);
}

/** The bytes of a severity's first images, which tell one file from another. */
async function firstBytes({ path, start }: NpyFile, first: number): Promise<Buffer> {
  const file = await open(path);
  try {
    return await readAt(file, start + first * IMAGE_BYTES, CHUNK * IMAGE_BYTES);
  } finally {
    await file.close();
  }
}

async function* readImages(
  { path, start }: NpyFile,
  labels: readonly number[],
  first: number,
  size: number,
): AsyncGenerator<Example> {
  const file = await open(path);
  try {
    for (let at = 0; at < size; at += CHUNK) {
      const count = Math.min(CHUNK, size - at);
      const position = start + (first + at) * IMAGE_BYTES;
      const bytes = await readAt(file, position, count * IMAGE_BYTES);
      for (let i = 0; i < count; i++) {
        const data = bytes.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES);
        yield {
          id: at + i,
          label: labels[first + at + i]!,
          image: () => ({ width: SIDE, height: SIDE, data }),
          pixels: () => normalize(data, CIFAR10_NORMALIZATION),
        };
      }
    }
  } finally {
    await file.close();
  }
}
