import type { ImageId } from 'selective-brain-damage-statistics';
import { type AuditInput, auditCommand } from 'selective-brain-damage-statistics/internal';
import sharp from 'sharp';
import type { ImageDataset } from '../datasets/imageDataset';
import { IMAGENET_NAMES, IMAGENET_SUPERCLASSES } from '../datasets/imagenetNames';
import { combinePredictions } from '../evaluation/combinePredictions';
import { predict } from '../evaluation/predict';
import type { OnnxNetwork } from '../models/onnxNetwork';
import {
  describeNetworks,
  measurementOf,
  NETWORK_USAGE,
  type NetworkOptions,
  openImages,
  openNetworkFile,
} from './networkOptions';

/** `sbd audit`: compares a baseline with its variants, as predictions or as ONNX networks. */
export function audit(argv: readonly string[]): Promise<number> {
  return auditCommand(argv, {
    command: 'sbd audit',
    networks: {
      isNetwork: (path) => /\.onnx$/i.test(path),
      usage: NETWORK_USAGE,
      describe: describeNetworks,
      predict: auditInput,
    },
  });
}

async function auditInput(paths: readonly string[], options: NetworkOptions): Promise<AuditInput> {
  const networks: OnnxNetwork[] = [];
  try {
    for (const path of paths) networks.push(await openNetworkFile(path, options));
    const [baseline] = networks as [OnnxNetwork];
    const images = await openImages(options, baseline);
    const { processes, keep } = options;
    const predicted = [];
    for (const network of networks)
      predicted.push(
        await predict(network, images, {
          ...(processes !== undefined && { processes }),
          ...(keep !== undefined && { folder: keep }),
        }),
      );
    const predictions = combinePredictions(predicted);
    return {
      predictions:
        images.classNames === IMAGENET_NAMES && !options.agreement
          ? withSuperclasses(predictions)
          : predictions,
      baseline: baseline.variant,
      measured: async () => measurementOf(networks, images),
      imagesOf: (ids) => thumbnailsOf(images, ids),
    };
  } finally {
    for (const network of networks) await network.close();
  }
}

function withSuperclasses<P extends AuditInput['predictions']>(predictions: P): P {
  const superclass = Array.from(predictions.trueClass, (label) => IMAGENET_SUPERCLASSES[label]!);
  return { ...predictions, groups: { superclass } };
}

/** The longer side of a small picture, in pixels. */
const THUMBNAIL = 144;

/** Small pictures of images, as JPEG files. */
async function thumbnailsOf(
  images: ImageDataset,
  ids: readonly ImageId[],
): Promise<Map<ImageId, Uint8Array>> {
  const wanted = new Set(ids);
  const thumbnails = new Map<ImageId, Uint8Array>();
  for await (const example of images) {
    if (!wanted.has(example.id)) continue;
    const { data, width, height } = await example.image();
    const small = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize(THUMBNAIL, THUMBNAIL, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 60 })
      .toBuffer();
    thumbnails.set(example.id, small);
    if (thumbnails.size === wanted.size) break;
  }
  return thumbnails;
}
