import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { InferenceSession } from 'onnxruntime-node';
import { OptionError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  choice,
  count,
  FLAG,
  type OptionRules,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { pictureRules, pictureSettings } from '../datasets/pictureOptions';
import { checkPath } from '../optionRules';
import type { OnnxNetwork, OnnxOptions, OnnxProvider } from './onnxNetwork';
import { importOnnxRuntime } from './onnxRuntime';
import { inputOfSession, OnnxSession, outputOfSession } from './onnxSession';

const PROVIDERS: readonly OnnxProvider[] = ['cpu', 'webgpu', 'cuda'];

const rules: OptionRules<OnnxOptions> = {
  ...pictureRules,
  variant: TEXT,
  threads: count(),
  provider: choice(PROVIDERS),
  layout: choice(['NCHW', 'NHWC']),
  outputs: choice(['logits', 'probabilities']),
  backgroundClass: FLAG,
};

/**
 * Opens a network in an ONNX file with ONNX Runtime, an optional peer: `npm i onnxruntime-node`. What
 * `predict` and `evalRobustness` take.
 *
 * A network expects pictures made in one way: `network.pictures` holds the options for a loader of images,
 * as `loadImageFolder(folder, network.pictures)`, and images that are normalised otherwise are refused.
 *
 * @param path of a network with one input, float32 `[n, 3, height, width]` or `[n, height, width, 3]`, and one
 *   output `[n, classes]`, or several of which the first is so; n may be fixed
 * @throws OptionError where `onnxruntime-node` is missing, the file is no such network, or for a wrong
 *   option or value
 */
export async function loadOnnx(path: string, options: OnnxOptions = {}): Promise<OnnxNetwork> {
  checkPath('loadOnnx', 'path', path);
  checkOptions('loadOnnx', options, rules);
  const { threads, provider = 'cpu', variant = basename(path).replace(/\.onnx$/i, '') } = options;
  const runtime = await importOnnxRuntime();
  const hash = await sha256Of(path);
  const session = await runtime.InferenceSession.create(resolve(path), {
    executionProviders: [provider],
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    // Warnings about each of a quantized network's nodes say nothing to its user.
    logSeverityLevel: 3,
  }).catch((cause: Error) => {
    throw new OptionError(`${path}: cannot be opened as an ONNX network (${cause.message}).`, {
      ...{ option: 'path', value: path, file: path },
      cause,
    });
  });
  const place = { path, ...options };
  const input = inputOfSession(session as InferenceSession, place);
  const output = outputOfSession(session as InferenceSession, place);
  const { size = input.side, ...others } = options;
  const { preprocessing, resize, normalization } = pictureSettings({
    ...others,
    ...(size !== undefined && { size }),
  });
  const inShares = (levels: readonly [number, number, number]) =>
    levels.map((level) => level / 255) as [number, number, number];
  return new OnnxSession({
    ...{ session, runtime, input, output, hash, variant, provider, normalization },
    pictures: {
      ...{ preprocessing, resize, size: size ?? 224 },
      ...{ mean: options.mean ?? inShares(normalization.mean) },
      ...{ std: options.std ?? inShares(normalization.std) },
    },
    spec: { path: resolve(path), options },
  });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((cause: Error) => {
    throw new OptionError(`${path}: cannot be read (${cause.message}).`, {
      ...{ option: 'path', value: path, file: path },
      cause,
    });
  });
  return hash.digest('hex');
}
