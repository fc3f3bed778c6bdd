import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import Papa from 'papaparse';
import { PredictionsError } from '../errors';
import { isInBucket } from '../store/store';
import { wholeNumberOr } from './cells';
import type { Chunk } from './chunk';
import { type ColumnRequest, type ResolvedColumns, resolveColumns } from './columnNames';
import { bytesAt, type FilePlace, notGzip } from './filePlace';

/**
 * Reads a CSV or TSV file with a header line, gzip or not, handing on chunks of a bounded number of
 * rows. Cells stay strings, except image ids that are whole numbers.
 *
 * @param encoding of the text, as TextDecoder names it; default UTF-8, or UTF-16 where the file begins
 *   with its byte order mark
 * @returns the number of rows
 */
export function readCsv(
  place: FilePlace,
  request: ColumnRequest,
  encoding: string | undefined,
  onChunk: (chunk: Chunk) => void,
): Promise<number> {
  const { file } = place;
  return new Promise((resolve, reject) => {
    const stream = Readable.from(textOf(place, encoding));
    let header: string[] | undefined;
    let resolved: ResolvedColumns | undefined;
    let offset = 0;
    Papa.parse<string[]>(stream, {
      skipEmptyLines: 'greedy',
      delimiter: place.format === 'tsv' ? '\t' : delimiterOf,
      chunk: ({ data, errors }) => {
        const broken = errors.find((error) => error.type === 'Quotes');
        if (broken)
          throw new PredictionsError(
            `${file}, row ${offset + (broken.row ?? 0)}: ${broken.message}. Expected CSV with ` +
              'cells quoted by ".',
            { file, row: offset + (broken.row ?? 0) },
          );
        header ??= (data.shift() ?? []).map((name) => name.replace(/^\ufeff/, '').trim());
        resolved ??= resolveColumns(file, header, request, place);
        if (data.length > 0) onChunk(chunkOf(place, offset, header, resolved, data));
        offset += data.length;
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

const DELIMITERS = [',', ';', '\t', '|'];

/** The delimiter that the header has most of. Cells may hold others: lists, decimal commas. */
function delimiterOf(text: string): string {
  const [header = ''] = text.trimStart().split(/[\r\n]/, 1);
  const names = header.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => names.split(delimiter).length;
  return DELIMITERS.reduce((most, next) => (count(next) > count(most) ? next : most));
}

async function* textOf(place: FilePlace, encoding: string | undefined): AsyncGenerator<string> {
  const { file } = place;
  let decoder: TextDecoder | undefined;
  let read = 0;
  for await (const chunk of bytesOf(place)) {
    decoder ??= new TextDecoder(encoding ?? unicodeOf(chunk), { fatal: true });
    if (read === 0 && chunk.includes(0) && !decoder.encoding.startsWith('utf-16'))
      throw new PredictionsError(
        `${file}: not ${decoder.encoding} text, it has zero bytes. Is it UTF-16? Then give ` +
          "{ encoding: 'utf-16le' }.",
        { file },
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
        { file, cause },
      );
    }
  }
}

/** UTF-16 by its byte order mark, as Excel and pandas write it; else UTF-8. */
function unicodeOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

async function* bytesOf({ file, gzip }: FilePlace): AsyncGenerator<Buffer> {
  const stored: Readable = isInBucket(file)
    ? Readable.from([await bytesAt(file)])
    : createReadStream(file);
  if (!gzip) return yield* stored;
  const unpacked = stored.pipe(createGunzip());
  stored.on('error', (error) => unpacked.destroy(error));
  try {
    yield* unpacked;
  } catch (cause) {
    throw notGzip(file, cause);
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
