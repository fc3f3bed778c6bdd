import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import Papa from 'papaparse';
import { PredictionsError } from '../errors';
import type { Chunk } from './chunk';
import { type ColumnRequest, type ResolvedColumns, resolveColumns } from './columnNames';
import type { FilePlace } from './filePlace';

/** A whole number, or one that pandas wrote of a column with a gap: 7.0. */
const WHOLE_NUMBER = /^(0|-?[1-9]\d{0,14})(\.0+)?$/;

/**
 * Reads a CSV or TSV file with a header line, gzip or not, handing on chunks of a bounded number of
 * rows. Cells stay strings, except image ids that are whole numbers.
 *
 * @param encoding of the text, as TextDecoder names it
 */
export function readCsv(
  place: FilePlace,
  request: ColumnRequest,
  encoding: string,
  onChunk: (chunk: Chunk) => void,
): Promise<void> {
  const { file } = place;
  return new Promise((resolve, reject) => {
    const stream = Readable.from(textOf(place, encoding));
    let header: string[] | undefined;
    let resolved: ResolvedColumns | undefined;
    let offset = 0;
    Papa.parse<string[]>(stream, {
      skipEmptyLines: 'greedy',
      ...(place.format === 'tsv' && { delimiter: '\t' }),
      chunk: ({ data, errors }) => {
        const broken = errors.find((error) => error.type === 'Quotes');
        if (broken)
          throw new PredictionsError(
            `${file}, row ${offset + (broken.row ?? 0)}: ${broken.message}. Expected CSV with ` +
              'cells quoted by ".',
            { file, row: offset + (broken.row ?? 0) },
          );
        header ??= (data.shift() ?? []).map((name) => name.replace(/^\ufeff/, '').trim());
        resolved ??= resolveColumns(file, header, request, place.constants, place.name);
        if (data.length > 0) onChunk(chunkOf(place, offset, header, resolved, data));
        offset += data.length;
      },
      complete: () => {
        if (header) resolve();
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

async function* textOf({ file, gzip }: FilePlace, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const bytes = createReadStream(file);
  const source = gzip ? bytes.pipe(createGunzip()) : bytes;
  bytes.on('error', (error) => source.destroy(error));
  let read = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    yield decoded(() => decoder.decode(chunk, { stream: true }));
    read += chunk.length;
  }
  yield decoded(() => decoder.decode());

  function decoded(decode: () => string): string {
    try {
      return decode();
    } catch (cause) {
      throw new PredictionsError(
        `${file}: not ${encoding} text, after byte ${read}. Name its encoding, as in ` +
          "{ encoding: 'latin1' }.",
        { file, cause },
      );
    }
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

function wholeNumberOr(cell: string): string | number {
  return WHOLE_NUMBER.test(cell) ? Number(cell) : cell;
}
