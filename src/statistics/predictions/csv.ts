import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import Papa from 'papaparse';
import { PredictionsError } from '../errors';
import { isInBucket } from '../store/store';
import { heldToLimit, unpackedLimit } from '../untrusted/gzip';
import { wholeNumberOr } from './cells';
import type { Chunk } from './chunk';
import { type ColumnRequest, type ResolvedColumns, resolveColumns } from './columnNames';
import { bytesAt, type FilePlace, notGzip } from './filePlace';

/**
 * Reads a CSV or TSV file with a header line, gzip or not, handing on chunks of a bounded number of
 * rows. Cells stay strings, except image ids that are whole numbers.
 *
 * @returns the number of rows
 */
export function readCsv(
  place: FilePlace,
  request: ColumnRequest,
  how: CsvOptions,
  onChunk: (chunk: Chunk) => void,
): Promise<number> {
  const { file } = place;
  return new Promise((resolve, reject) => {
    let read = 0;
    async function* counted(): AsyncGenerator<string> {
      for await (const text of textOf(place, how)) {
        read += text.length;
        yield text;
      }
    }
    const stream = Readable.from(counted());
    let header: string[] | undefined;
    let resolved: ResolvedColumns | undefined;
    let offset = 0;
    Papa.parse<string[]>(stream, {
      skipEmptyLines: 'greedy',
      delimiter: place.format === 'tsv' ? '\t' : delimiterOf,
      chunk: ({ data, errors, meta }) => {
        // The first row is the header; it counts as row 0.
        const rowAt = (index: number) => offset + index + Number(header !== undefined);
        const broken = errors.find((error) => error.type === 'Quotes');
        if (broken) throw wrongQuote(file, rowAt(broken.row ?? 0), broken.message);
        if (data.length > 0)
          header ??= data.shift()!.map((name) => name.replace(/^\ufeff/, '').trim());
        if (header) resolved ??= resolveColumns(file, header, request, place);
        if (data.length > 0) onChunk(chunkOf(place, offset, header!, resolved!, data));
        offset += data.length;
        // The parser begins a row anew with every piece of text, which would take quadratic time.
        if (read - meta.cursor > LONGEST_ROW)
          throw wrongQuote(
            file,
            rowAt(0),
            `the row is longer than ${LONGEST_ROW} characters; a quote (") may open in it that does not close`,
          );
      },
      complete: () => {
        if (header) resolve(offset);
        else
          reject(
            new PredictionsError(`${file}: empty. Expected CSV with a header line.`, { file }),
          );
      },
      error: (error) => {
        stream.destroy();
        reject(error);
      },
    });
  });
}

/** How the text of a CSV file is read. */
export interface CsvOptions {
  /** As TextDecoder names it; default UTF-8, or UTF-16 where the file begins with its byte order mark. */
  readonly encoding: string | undefined;
  /** The most bytes that a gzip file may unpack to; default by its own size. */
  readonly unpackedBytes?: number;
}

/** Characters of a row, which lists of classes and 10,000 columns stay far below. */
const LONGEST_ROW = 2 ** 20;

/** @param row from 1; 0 is the header */
function wrongQuote(file: string, row: number, problem: string): PredictionsError {
  return new PredictionsError(
    `${file}, row ${row}: ${problem}. Expected CSV with cells quoted by ".`,
    { file, row },
  );
}

const DELIMITERS = [',', ';', '\t', '|'];

/** The delimiter that the header has most of. Cells may hold others: lists, decimal commas. */
function delimiterOf(text: string): string {
  const [header = ''] = text.trimStart().split(/[\r\n]/, 1);
  const names = header.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => names.split(delimiter).length;
  return DELIMITERS.reduce((most, next) => (count(next) > count(most) ? next : most));
}

async function* textOf(
  place: FilePlace,
  { encoding, unpackedBytes }: CsvOptions,
): AsyncGenerator<string> {
  const { file } = place;
  let decoder: TextDecoder | undefined;
  let read = 0;
  for await (const chunk of bytesOf(place, unpackedBytes)) {
    decoder ??= new TextDecoder(encoding ?? unicodeOf(chunk), { fatal: true });
    if (read === 0 && chunk.includes(0) && !decoder.encoding.startsWith('utf-16'))
      throw new PredictionsError(
        `${file}: not ${decoder.encoding} text, byte ${chunk.indexOf(0)} is zero. Is it UTF-16? Then give ` +
          "{ encoding: 'utf-16le' }.",
        { file, offset: chunk.indexOf(0) },
      );
    yield decoded(decoder, chunk);
    read += chunk.length;
  }
  if (decoder) yield decoded(decoder);

  function decoded(decoder: TextDecoder, chunk?: Buffer): string {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new PredictionsError(
        `${file}: not ${decoder.encoding} text, after byte ${read}. Name its encoding, as in ` +
          "{ encoding: 'latin1' }.",
        { file, offset: read, cause },
      );
    }
  }
}

/** UTF-16 by its byte order mark, as Excel and pandas write it; else UTF-8. */
function unicodeOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

async function* bytesOf(
  { file, gzip }: FilePlace,
  unpackedBytes: number | undefined,
): AsyncGenerator<Buffer> {
  const inBucket = isInBucket(file) ? await bytesAt(file) : undefined;
  const stored: Readable = inBucket ? Readable.from([inBucket]) : createReadStream(file);
  if (!gzip) return yield* stored;
  const unpacked = stored.pipe(createGunzip());
  stored.on('error', (error) => unpacked.destroy(error));
  const packedBytes = inBucket?.length ?? (await stat(file)).size;
  const limit = unpackedBytes ?? unpackedLimit(packedBytes);
  try {
    yield* heldToLimit({ file, Failure: PredictionsError }, unpacked, limit);
  } catch (cause) {
    throw cause instanceof PredictionsError ? cause : notGzip(file, cause);
  }
}

function chunkOf(
  { file, isModel }: FilePlace,
  offset: number,
  header: readonly string[],
  { names, constants }: ResolvedColumns,
  rows: readonly string[][],
): Chunk {
  const uneven = rows.findIndex((row) => row.length !== header.length);
  if (uneven >= 0) {
    const row = offset + uneven + 1;
    const count = rows[uneven]!.length;
    throw new PredictionsError(
      `${file}, row ${row}: ${count} cells, and the header has ${header.length}. Quote cells that ` +
        'hold the delimiter by ".',
      { file, row },
    );
  }
  const columns = [...names].map(([name, theirs]): [string, readonly unknown[]] => {
    const index = header.indexOf(theirs);
    const cells = rows.map((row) => row[index]!.trim());
    return [name, name === 'image_id' ? cells.map(wholeNumberOr) : cells];
  });
  return {
    source: file,
    offset,
    length: rows.length,
    columns: new Map(columns),
    constants,
    isModel,
  };
}
