import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { cpus } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { OptionError } from 'selective-brain-damage-statistics';
import { readText } from 'selective-brain-damage-statistics/internal';
import type { ImageDataset } from '../datasets/imageDataset';
import { loadCifar10 } from '../datasets/loadCifar10';
import { type ImageFolderOptions, loadImageFolder } from '../datasets/loadImageFolder';
import type { Channels, PictureOptions, Preprocessing } from '../datasets/pictureOptions';
import { loadOnnx } from '../models/loadOnnx';
import type { OnnxNetwork, OnnxProvider } from '../models/onnxNetwork';
import { loadImageNetRecords } from '../records/loadImageNetRecords';
import { recordsFolder } from '../records/recordsFolder';
import { whole } from './whole';

/** What a command is told of networks and their images. */
export interface NetworkOptions {
  readonly images?: string;
  readonly labels?: string;
  readonly classes?: string;
  readonly mean?: Channels;
  readonly std?: Channels;
  readonly size?: number;
  readonly resize?: number;
  readonly preprocessing?: Preprocessing;
  readonly background?: boolean;
  readonly provider?: OnnxProvider;
  readonly processes?: number;
  readonly keep?: string;
  /** Whether the images' classes are unknown. */
  readonly agreement?: boolean;
}

/** Help about these options, each line after a line break. */
export const NETWORK_USAGE = `
  --images <folder | TFRecords | list.csv | cifar10>, --labels <list>, --classes <file | imagenet>
  --mean, --std <r,g,b>, --size, --resize <px>, --preprocessing <pillow | torchvision | tensorflow1>
  --background, --provider <cpu | webgpu | cuda>, --processes <n>, --keep <folder to resume from>`;

/** Adds the options of networks and their images. */
export function describeNetworks(command: Command): void {
  const channels = (text: string): Channels => {
    const values = text.split(',').map(Number);
    const [r, g = r, b = r] = values;
    if (
      values.length === 2 ||
      values.length > 3 ||
      values.some((value) => !(value >= 0 && value <= 1))
    )
      throw new InvalidArgumentError(
        'Expected one or three shares of full intensity, as 0.485,0.456,0.406.',
      );
    return [r!, g!, b!];
  };
  command
    .option('--images <place>')
    .option('--labels <list>')
    .option('--classes <file>')
    .addOption(new Option('--mean <r,g,b>').argParser(channels))
    .addOption(new Option('--std <r,g,b>').argParser(channels))
    .addOption(new Option('--size <pixels>').argParser(whole))
    .addOption(new Option('--resize <pixels>').argParser(whole))
    .addOption(
      new Option('--preprocessing <way>').choices(['pillow', 'torchvision', 'tensorflow1']),
    )
    .option('--background')
    .addOption(new Option('--provider <name>').choices(['cpu', 'webgpu', 'cuda']))
    .addOption(new Option('--processes <n>').argParser(whole))
    .option('--keep <folder>');
}

/** Opens the network of a file. */
export function openNetworkFile(path: string, options: NetworkOptions): Promise<OnnxNetwork> {
  const { provider, background } = options;
  return loadOnnx(path, {
    ...pictureOptionsOf(options),
    ...(provider && { provider }),
    ...(background && { backgroundClass: true }),
  });
}

function pictureOptionsOf(options: NetworkOptions): PictureOptions {
  const { mean, std, size, resize, preprocessing } = options;
  const told = Object.entries({ mean, std, size, resize, preprocessing });
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}

const WNID = /^n\d{8}$/;
/** ImageNet's, for a folder whose classes are WordNet ids. */
const IMAGENET_CLASSES = 1000;

/**
 * Opens the images that the options name, made as a network expects them, with the network's classes.
 *
 * @throws OptionError where no images are named
 */
export async function openImages(
  options: Pick<NetworkOptions, 'images' | 'labels' | 'classes' | 'agreement'>,
  { pictures, numClasses }: Pick<OnnxNetwork, 'pictures' | 'numClasses'>,
): Promise<ImageDataset> {
  const { images, labels, classes, agreement } = options;
  if (images === undefined)
    throw new OptionError('Networks need images: give --images <folder, TFRecords or list.csv>.', {
      option: '--images',
    });
  if (images === 'cifar10') return loadCifar10({ split: 'test' });
  const records = (await isFolder(images)) ? await recordsFolder(images) : undefined;
  if (records !== undefined || /tfrecord/i.test(images))
    return loadImageNetRecords(records ?? images, {
      ...pictures,
      ...(numClasses !== undefined && { numClasses }),
    });
  const open = (classNames?: ImageFolderOptions['classNames']) =>
    loadImageFolder(images, {
      ...pictures,
      ...(labels !== undefined && { labels }),
      ...(agreement && { unlabelled: true }),
      ...(classNames && { classNames }),
    });
  const numbers = Array.from({ length: numClasses ?? 1 }, (_, c) => String(c));
  if (agreement) return open(numClasses === IMAGENET_CLASSES ? 'imagenet' : numbers);
  if (classes !== undefined) return open(await classNamesOf(classes));
  const found = await open();
  if (numClasses === IMAGENET_CLASSES && found.classNames.every((name) => WNID.test(name)))
    return open('imagenet');
  const areNumbers = found.classNames.every((name) => /^\d+$/.test(name));
  return areNumbers && numClasses !== undefined && found.numClasses !== numClasses
    ? open(numbers)
    : found;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** The value of `--classes`: ImageNet's, or the names in a file, one a line. */
export async function classNamesOf(classes: string): Promise<readonly string[] | 'imagenet'> {
  if (classes === 'imagenet') return classes;
  const text = await readText(classes, 'the list of classes', OptionError, {
    option: '--classes',
    value: classes,
  });
  return text.trimEnd().split(/\r?\n/);
}

/** What a page says of how networks were measured. */
export function measurementOf(
  networks: readonly OnnxNetwork[],
  images: ImageDataset,
): Record<string, string> {
  const [{ pictures, provider }] = networks as readonly [OnnxNetwork];
  const { preprocessing, resize, size, mean, std } = pictures;
  const list = (values: readonly number[] = []) =>
    values.map((value) => value.toFixed(4)).join(', ');
  return {
    Images: `${images.name}, ${images.size ?? 'an unknown number of'} images, hash ${images.hash.slice(0, 16)}`,
    Preprocessing: `${preprocessing}, shorter side ${resize}, central ${size} × ${size}, mean ${list(mean)}, deviation ${list(std)}`,
    Runtime: `ONNX Runtime ${runtimeVersion()}, provider ${provider}, on ${processor()}`,
    ...Object.fromEntries(networks.map(({ variant, hash }) => [variant, `sha256 ${hash}`])),
  };
}

function runtimeVersion(): string {
  return (require('onnxruntime-node/package.json') as { version: string }).version;
}

/**
 * The processor, and whether it adds the products of 8-bit integers exactly: without VNNI, ONNX Runtime's
 * kernels for x86-64 may saturate 16-bit sums, so that an int8 network labels images otherwise than elsewhere.
 */
function processor(): string {
  const model = cpus()[0]?.model.trim() || process.arch;
  if (process.arch !== 'x64' || process.platform !== 'linux') return model;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  return /\b(avx512_vnni|avx_vnni)\b/.test(flags)
    ? `${model} with VNNI`
    : `${model} without VNNI, where int8 networks may saturate and answer otherwise than with it`;
}
