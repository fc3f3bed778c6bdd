import { type FileHandle, open, readFile } from 'node:fs/promises';
import { DatasetError } from 'selective-brain-damage-statistics';

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

/**
 * Reads the header of a .npy file (numpy's format, versions 1–3).
 *
 * @throws DatasetError for another kind of file, or one shorter than its header says
 */
export async function openNpy(path: string): Promise<NpyFile> {
  const file = await open(path).catch((cause: Error) => {
    throw new DatasetError(`${path}: cannot be opened (${cause.message}).`, { cause, file: path });
  });
  try {
    const head = await readAt(file, 0, 12);
    const wide = head[6]! >= 2;
    const headerAt = wide ? 12 : 10;
    if (head.toString('latin1', 0, 6) !== MAGIC || head.length < 12) throw notNpy(path);
    const length = wide ? head.readUInt32LE(8) : head.readUInt16LE(8);
    const header = (await readAt(file, headerAt, length)).toString('latin1');
    const type = /'descr': '([^']+)'/.exec(header)?.[1];
    const shape = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
    if (type === undefined || shape === undefined || !header.includes("'fortran_order': False"))
      throw notNpy(path);
    const npy = {
      path,
      type,
      shape: shape
        .split(',')
        .filter((size) => size.trim() !== '')
        .map(Number),
      start: headerAt + length,
    };
    const bytes = npy.shape.reduce((n, size) => n * size, Number(type.slice(2)));
    const { size } = await file.stat();
    if (size < npy.start + bytes)
      throw new DatasetError(
        `${path}: the file has ${size} bytes; expected ${npy.start + bytes} for ${type} ` +
          `[${npy.shape}].`,
        { file: path },
      );
    return npy;
  } finally {
    await file.close();
  }
}

function notNpy(path: string): DatasetError {
  return new DatasetError(
    `${path}: not an array that numpy.save wrote in C order; expected a .npy file.`,
    { file: path },
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
