import type { ImageId } from 'selective-brain-damage-statistics';
import { decodeExample, type StoredFeature } from './tfExample';

/** The content of a record. */
export interface LabelledImage {
  /** The file as it was before it was put into a record: JPEG or PNG. */
  readonly encoded: Buffer;
  /** 0-based class. */
  readonly label: number;
  /** The name it came with, or its index; undefined where the record holds neither. */
  readonly id: ImageId | undefined;
  /** The class in words; undefined where the record does not tell. */
  readonly text: string | undefined;
}

const IMAGE = ['image/encoded', 'image'];
const LABEL = ['image/class/label', 'label'];
const NAME = ['image/filename', 'file_name', 'key_', 'key'];
const INDEX = 'image_index';
const TEXT = ['image/class/text', 'text'];

/** The first label of ImageNet's records and of those that this package writes. */
export const FIRST_LABEL = 1;

/**
 * Reads a serialised `tf.Example` by the feature names of ImageNet, TFDS and the paper's authors.
 *
 * @param labelBase number of the first class. Default: that of the layout, by its other features
 * @throws Error naming the missing feature or the wrong label, and where the layout does not tell the
 *   number of the first class
 */
export function readLabelledImage(
  data: Buffer,
  numClasses: number,
  labelBase?: number,
): LabelledImage {
  const features = parse(data);
  const encoded = bytes(features, IMAGE);
  if (!encoded) throw missing(features, IMAGE, 'one image as bytes');
  const name = bytes(features, NAME)?.toString();
  const index = integer(features, INDEX);
  return {
    encoded,
    label: readLabel(features, numClasses, labelBase),
    id: name || index,
    text: bytes(features, TEXT)?.toString() || undefined,
  };
}

type Features = Map<string, StoredFeature>;

function parse(data: Buffer): Features {
  try {
    return decodeExample(data);
  } catch (cause) {
    throw new Error(`the data is not a tf.Example (${(cause as Error).message}).`, { cause });
  }
}

function readLabel(features: Features, numClasses: number, labelBase?: number): number {
  for (const name of LABEL) {
    const stored = integer(features, name);
    if (stored === undefined) continue;
    const base = labelBase ?? firstLabel(features, name);
    const label = stored - base;
    if (label >= 0 && label < numClasses) return label;
    throw new Error(
      `the label in ${name} is ${stored}, expected ${base}–${base + numClasses - 1} (${numClasses} classes, the first is ${base}; the options numClasses and labelBase change that).`,
    );
  }
  throw missing(features, LABEL, 'one label as int64');
}

/**
 * The number of the first class in a label feature. `label` is TFDS's and counts from 0.
 * `image/class/label` counts from 1 in ImageNet's records, which tell the class in words or as a
 * WordNet id, and from 0 in those of TF-Slim's converters of other data sets, which have nothing but
 * the format and the size beside it, and in the PIE sets of the paper's code.
 */
function firstLabel(features: Features, name: string): number {
  if (name === 'label' || features.has('stored_class_label')) return 0;
  if (!features.has('image/format')) return FIRST_LABEL;
  if (['image/class/text', 'image/class/synset'].some((word) => features.has(word)))
    return FIRST_LABEL;
  if (!NAME.some((feature) => features.has(feature))) return 0;
  throw new Error(
    `whether ${name} counts from 0 or 1 cannot be told: the record has neither image/class/text nor ` +
      'image/class/synset, as ImageNet has; give labelBase: 0 or 1.',
  );
}

/** The first feature of these names that holds bytes. */
function bytes(features: Features, names: readonly string[]): Buffer | undefined {
  for (const name of names) {
    const feature = features.get(name);
    if (feature && 'bytes' in feature && feature.bytes[0]?.length) return feature.bytes[0];
  }
  return undefined;
}

function integer(features: Features, name: string): number | undefined {
  const feature = features.get(name);
  if (!feature || !('int64' in feature) || feature.int64.length !== 1) return undefined;
  return Number(feature.int64[0]);
}

function missing(features: Features, names: readonly string[], what: string): Error {
  const present = [...features.keys()].join(', ') || 'none';
  return new Error(
    `a feature is missing: expected ${what} in ${names.join(' or ')}; the record's features: ${present}.`,
  );
}
