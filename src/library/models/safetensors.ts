/**
 * Named arrays in one file, in the safetensors layout, which PyTorch, JAX and others read: 8 bytes
 * with the header's length, a JSON header, the arrays' bytes, all little-endian.
 */

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

/**
 * The arrays and the metadata in the bytes of a file.
 *
 * @throws Error if the bytes are cut short or have another layout
 */
export function decodeSafetensors(bytes: Buffer): {
  arrays: Map<string, NamedArray>;
  metadata: Metadata;
} {
  const headerEnd = 8 + Number(bytes.length < 8 ? Number.NaN : bytes.readBigUInt64LE());
  if (!(headerEnd <= bytes.length)) throw new Error('not a safetensors file, or cut short');
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(
    bytes.toString('utf8', 8, headerEnd),
  ) as Record<string, HeaderEntry> & { __metadata__?: Metadata };
  const arrays = new Map<string, NamedArray>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
    const [start, end] = data_offsets;
    if (headerEnd + end > bytes.length) throw new Error(`cut short in array '${name}'`);
    // A copy, since a view would need the file's alignment.
    const copy = Uint8Array.from(bytes.subarray(headerEnd + start, headerEnd + end));
    arrays.set(name, { shape, data: dtype === 'F32' ? new Float32Array(copy.buffer) : copy });
  }
  return { arrays, metadata };
}
