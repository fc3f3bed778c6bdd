import protobuf from 'protobufjs';

/**
 * One feature of a `tf.Example`: one of three kinds of list. Integers beyond
 * `Number.MAX_SAFE_INTEGER` are read as bigint; strings are written as UTF-8 and read as bytes.
 */
export type Feature = BytesFeature | FloatFeature | Int64Feature;

/** A list of bytes or texts. */
export interface BytesFeature {
  /** Texts are written as UTF-8. */
  readonly bytes: readonly (Uint8Array | string)[];
}

/** A list of floating-point numbers. */
export interface FloatFeature {
  /** Stored as float32. */
  readonly float: readonly number[];
}

/** A list of integers. */
export interface Int64Feature {
  /** Stored as 64-bit integers. */
  readonly int64: readonly (number | bigint)[];
}

/** A feature as read: bytes are views of the record, not copies. */
export type StoredFeature =
  | { readonly bytes: readonly Buffer[] }
  | { readonly float: readonly number[] }
  | { readonly int64: readonly (number | bigint)[] };

// tensorflow/core/example/example.proto and feature.proto, in one file.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Example { Features features = 1; }
  message Features { map<string, Feature> feature = 1; }
  message Feature {
    oneof kind { BytesList bytes = 1; FloatList float = 2; Int64List int64 = 3; }
  }
  message BytesList { repeated bytes value = 1; }
  message FloatList { repeated float value = 1; }
  message Int64List { repeated int64 value = 1; }
`);
const Example = root.lookupType('Example');

interface FeatureMessage {
  readonly kind?: 'bytes' | 'float' | 'int64';
  readonly bytes?: { value: Buffer[] } | null;
  readonly float?: { value: number[] } | null;
  readonly int64?: { value: (number | { toString(): string })[] } | null;
}

/**
 * The features of a serialised `tf.Example`, by name.
 *
 * @throws Error where `data` is not one
 */
export function decodeExample(data: Buffer): Map<string, StoredFeature> {
  const message = Example.decode(data) as unknown as {
    features?: { feature: Record<string, FeatureMessage> } | null;
  };
  const features = new Map<string, StoredFeature>();
  for (const [name, feature] of Object.entries(message.features?.feature ?? {})) {
    if (feature.bytes) features.set(name, { bytes: feature.bytes.value });
    else if (feature.float) features.set(name, { float: feature.float.value });
    else if (feature.int64) features.set(name, { int64: feature.int64.value.map(toInteger) });
  }
  return features;
}

/** Serialises features as a `tf.Example`, in the order given. */
export function encodeExample(features: Readonly<Record<string, Feature>>): Uint8Array {
  const feature = Object.fromEntries(
    Object.entries(features).map(([name, value]) => [name, toMessage(value)]),
  );
  return Example.encode({ features: { feature } } as object as protobuf.Message).finish();
}

function toMessage(feature: Feature): object {
  if ('bytes' in feature) return { bytes: { value: feature.bytes.map(toBytes) } };
  if ('float' in feature) return { float: { value: feature.float } };
  return { int64: { value: feature.int64.map(String) } };
}

function toBytes(value: Uint8Array | string): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

function toInteger(value: number | { toString(): string }): number | bigint {
  const integer = Number(value);
  return Number.isSafeInteger(integer) ? integer : BigInt(value.toString());
}
