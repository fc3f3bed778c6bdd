/**
 * Named arrays in one file, in the safetensors layout, which PyTorch, JAX and others read: 8 bytes
 * with the header's length, a JSON header, the arrays' bytes, all little-endian.
 */

import { TrainingError } from 'selective-brain-damage-statistics';
import {
  integrityOf,
  type JsonRule,
  maybe,
  objectOf,
  parseJson,
  recordOf,
  STRING,
  shown,
  sizeOfShape,
  UntrustedBytes,
} from 'selective-brain-damage-statistics/internal';

/** One array; `Uint8Array` is stored as U8, `Float32Array` as F32. */
export interface NamedArray {
  /** Size of each dimension. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | Uint8Array;
}

/** Strings that a file holds besides arrays, by name. */
export type Metadata = Readonly<Record<string, string>>;

interface HeaderEntry {
  readonly dtype: 'F32' | 'U8';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Packs arrays into the bytes of a file. */
export function encodeSafetensors(
  arrays: ReadonlyMap<string, NamedArray>,
  metadata: Metadata = {},
): Uint8Array {
  // Wider numbers first, so that every array starts at a multiple of its width.
  const ordered = [...arrays].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  const header: Record<string, HeaderEntry | Metadata> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of ordered) {
    const dtype = data instanceof Float32Array ? 'F32' : 'U8';
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = JSON.stringify(header);
  const headerBytes = Buffer.from(json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerBytes.length));
  return Buffer.concat([
    length,
    headerBytes,
    ...ordered.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

/** The most bytes that a header may have, as the reference implementation has it. */
const LONGEST_HEADER = 100_000_000;

/** The bytes of a number, by its type in the header. */
const WIDTHS: Readonly<Record<string, number>> = { F32: 4, U8: 1 };

/**
 * The arrays and the metadata in the bytes of a file. As in the reference implementation, the arrays have to
 * cover all bytes behind the header, each byte once.
 *
 * @param wayOut a sentence for the end of every error's message
 * @throws TrainingError naming the file, where the bytes are cut short, the checksum in their metadata differs, or
 *   an array has a type, shape or place that the format does not allow
 */
export function decodeSafetensors(
  file: string,
  bytes: Buffer,
  wayOut = '',
): { arrays: Map<string, NamedArray>; metadata: Metadata } {
  const place = { file, Failure: TrainingError, wayOut };
  if (integrityOf(bytes) === 'damaged')
    throw new TrainingError(`${file} is damaged: its checksum differs. ${wayOut}`.trim(), { file });
  const untrusted = new UntrustedBytes(place, bytes);
  const headerLength = untrusted.uint64(0, "the header's length");
  if (headerLength > LONGEST_HEADER)
    untrusted.fail(
      0,
      `the header is said to have ${headerLength} bytes, expected at most ${LONGEST_HEADER}: this is no ` +
        'safetensors file.',
    );
  const start = 8 + headerLength;
  const header = parseJson<Header>(
    { ...place, what: 'the header, from byte 8,', rule: HEADER },
    untrusted.slice(8, start, 'the header'),
  );
  const { __metadata__: metadata = {}, ...entries } = header;
  const arrays = new Map<string, NamedArray>();
  for (const [name, entry] of inOrder(entries as Readonly<Record<string, HeaderEntry>>, (problem) =>
    untrusted.fail(8, problem),
  )) {
    const [from, to] = entry.data_offsets;
    // A copy, since a view would need the file's alignment.
    const copy = Uint8Array.from(untrusted.slice(start + from, start + to, `the array '${name}'`));
    const data = entry.dtype === 'F32' ? new Float32Array(copy.buffer) : copy;
    arrays.set(name, { shape: entry.shape, data });
  }
  const end = [...arrays.values()].reduce((sum, { data }) => sum + data.byteLength, start);
  if (end !== bytes.length)
    untrusted.fail(end, `the arrays end here, and the file has ${bytes.length} bytes.`);
  return { arrays, metadata };
}

type Header = Readonly<Record<string, HeaderEntry>> & { readonly __metadata__?: Metadata };

const HEADER: JsonRule = objectOf({ __metadata__: maybe(recordOf(STRING)) });

/** The entries in the order of their arrays, each of which begins where the one before it ends. */
function inOrder(
  entries: Readonly<Record<string, HeaderEntry>>,
  fail: (problem: string) => never,
): [name: string, entry: HeaderEntry][] {
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = entry ?? {};
    const width = Object.hasOwn(WIDTHS, dtype) ? WIDTHS[dtype] : undefined;
    if (width === undefined)
      fail(`the array '${name}' is of type ${shown(dtype)}, expected F32 or U8.`);
    const size = sizeOfShape(shape);
    if (size === undefined)
      fail(`the array '${name}' has the shape ${shown(shape)}, expected whole numbers.`);
    if (sizeOfShape(offsets) === undefined || offsets.length !== 2)
      fail(`the array '${name}' lies at ${shown(offsets)}, expected its first byte and its end.`);
    if (offsets[1] - offsets[0] !== size! * width!)
      fail(
        `the array '${name}' lies at ${shown(offsets)}; ${dtype} ${shown(shape)} takes ` +
          `${size! * width!} bytes.`,
      );
  }
  const ordered = Object.entries(entries).sort(
    ([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1],
  );
  let end = 0;
  for (const [name, { data_offsets: offsets }] of ordered) {
    if (offsets[0] !== end)
      fail(
        `the array '${name}' begins at byte ${offsets[0]} of the data, expected ${end}, where the one before it ` +
          'ends.',
      );
    end = offsets[1];
  }
  return ordered;
}
