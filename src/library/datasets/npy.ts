import { type FileHandle, open, readFile } from 'node:fs/promises';
import { DatasetError } from 'selective-brain-damage-statistics';
import { sizeOfShape, UntrustedBytes } from 'selective-brain-damage-statistics/internal';

/** An array in a .npy file, whose numbers stay on disk. */
export interface NpyFile {
  readonly path: string;
  readonly shape: readonly number[];
  /** numpy's name of the type: `|u1`, `<i8`. */
  readonly type: string;
  /** The byte at which the numbers start. */
  readonly start: number;
}

const MAGIC = '\x93NUMPY';
/** Bytes that the header of an array of numbers never reaches; numpy itself refuses more than 10,000. */
const LONGEST_HEADER = 65_536;
/** Bytes before the header, in the versions with a length of 4 bytes. */
const LONGEST_PREFIX = 12;

/**
 * Reads the header of a .npy file (numpy's format, versions 1–3).
 *
 * @throws DatasetError for another kind of file, or one shorter than its header says
 */
export async function openNpy(path: string): Promise<NpyFile> {
  const failed = (cause: Error): never => {
    throw new DatasetError(`${path}: cannot be opened (${cause.message}).`, { cause, file: path });
  };
  const file = await open(path).catch(failed);
  try {
    const { size } = await file.stat();
    const head = await readAt(file, 0, Math.min(size, LONGEST_PREFIX + LONGEST_HEADER)).catch(
      failed,
    );
    return parseHeader(path, head, size);
  } finally {
    await file.close();
  }
}

/**
 * @param head the file's first bytes
 * @param size of the file in bytes
 */
function parseHeader(path: string, head: Buffer, size: number): NpyFile {
  const bytes = new UntrustedBytes({ file: path, Failure: DatasetError }, head);
  const wide = head[6]! >= 2;
  const headerAt = wide ? LONGEST_PREFIX : 10;
  if (head.toString('latin1', 0, 6) !== MAGIC || head.length < headerAt) throw notNpy(path);
  const length = wide
    ? bytes.uint32(8, "the header's length")
    : bytes.uint16(8, "the header's length");
  if (length > LONGEST_HEADER)
    bytes.fail(
      8,
      `the header is said to have ${length} bytes, expected at most ${LONGEST_HEADER}, and the file has ${size}.`,
    );
  const start = headerAt + length;
  const header = bytes.slice(headerAt, start, 'the header').toString('latin1');
  const type = /'descr': '([<>|=][a-zA-Z]\d{1,4})'/.exec(header)?.[1];
  const shape = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  if (type === undefined || shape === undefined || !header.includes("'fortran_order': False"))
    throw notNpy(path);
  const dimensions = shape
    .split(',')
    .filter((length) => length.trim() !== '')
    .map(Number);
  const expected = sizeOfShape([...dimensions, Number(type.slice(2))]);
  if (expected === undefined)
    return bytes.fail(
      headerAt,
      `the array is said to be ${type} [${dimensions}], more than any file holds.`,
    );
  if (size < start + expected)
    throw new DatasetError(
      `${path}: the file has ${size} bytes; expected ${start + expected} for ${type} [${dimensions}].`,
      { file: path, offset: size },
    );
  return { path, type, shape: dimensions, start };
}

function notNpy(path: string): DatasetError {
  return new DatasetError(
    `${path}: not an array that numpy.save wrote in C order; expected a .npy file.`,
    { file: path, offset: 0 },
  );
}

/** `length` bytes from `position` on; fewer where the file ends. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Numbers of numpy's types, read at a byte. */
const NUMBERS: Readonly<Record<string, (bytes: Buffer, at: number) => number>> = {
  '|u1': (bytes, at) => bytes.readUInt8(at),
  '|i1': (bytes, at) => bytes.readInt8(at),
  '<u2': (bytes, at) => bytes.readUInt16LE(at),
  '<i2': (bytes, at) => bytes.readInt16LE(at),
  '<u4': (bytes, at) => bytes.readUInt32LE(at),
  '<i4': (bytes, at) => bytes.readInt32LE(at),
  '<i8': (bytes, at) => Number(bytes.readBigInt64LE(at)),
  '<u8': (bytes, at) => Number(bytes.readBigUInt64LE(at)),
  '<f4': (bytes, at) => bytes.readFloatLE(at),
  '<f8': (bytes, at) => bytes.readDoubleLE(at),
};

/** An array of numbers, as numpy saves it. */
export interface NpyArray {
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** The numbers, the last axis fastest. */
  readonly data: Float64Array;
}

/**
 * Reads an array that `numpy.save` wrote: integers of up to 8 bytes, or floats of 4 or 8.
 *
 * @throws DatasetError where the file is none, is cut short, or holds another type
 */
export async function readNpy(path: string): Promise<NpyArray> {
  const { shape, type, start } = await openNpy(path);
  const read = NUMBERS[type];
  if (!read)
    throw new DatasetError(
      `${path}: holds numbers of type ${type}; expected one of ${Object.keys(NUMBERS).join(', ')}.`,
      { file: path },
    );
  const bytes = await readFile(path);
  const size = shape.reduce((product, length) => product * length, 1);
  const width = Number(type.slice(2));
  return {
    shape,
    data: Float64Array.from({ length: size }, (_, i) => read(bytes, start + i * width)),
  };
}
