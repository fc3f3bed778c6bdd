import { gunzipSync } from 'node:zlib';
import type { Batch } from '@uwdata/flechette' with { 'resolution-mode': 'import' };
import type { Table as ParquetTable } from 'parquet-wasm';
import { PredictionsError } from '../errors';
import { CHECKSUM, integrityOf, withChecksum } from '../store/checksum';
import { unpackedLimit, unpacksToMore } from '../untrusted/gzip';
import { viewColumns } from './arrowMemory';
import { bytesOf, type Chunk, type Column } from './chunk';
import { type ColumnRequest, type ResolvedColumns, resolveColumns } from './columnNames';
import { bytesAt, type FilePlace, notGzip } from './filePlace';
import type { TableBounds } from './limits';
import type { PredictionsOfModel } from './predictions';
import { saysVariant } from './variantName';

/** Rows decoded at a time, which bounds the memory that a file with a whole population takes. */
const ROWS_AT_ONCE = 2 ** 19;

/** An ES module and 5 MB of WebAssembly, loaded when the first file is read or written. */
async function libraries() {
  return { arrow: await import('@uwdata/flechette'), parquet: await import('parquet-wasm') };
}
type Libraries = Awaited<ReturnType<typeof libraries>>;

/** The columns of some rows, by name; undefined for all but numbers. */
type Columns = ReadonlyMap<string, Column | undefined>;

/** Decodes the names of images. */
type NameDecoder = (column: string, batch: Batch<unknown>) => ArrayLike<unknown>;

/**
 * A function that reads Parquet files, handing on chunks of a bounded number of rows and returning how
 * many rows there are. Image names, which are slow to decode, are decoded once for all files that have
 * the same.
 *
 * @param bounds the most that a file may ask for
 */
export function parquetReader(
  bounds: TableBounds,
): (place: FilePlace, request: ColumnRequest, onChunk: (chunk: Chunk) => void) => Promise<number> {
  const namesOf = rememberNames();
  return async (place, request, onChunk) => {
    const { file, isModel } = place;
    const loaded = await libraries();
    const bytes = await contentOf(place, bounds);
    let offset = 0;
    let rows: number;
    let resolved: ResolvedColumns | undefined;
    const wanted = (found: readonly string[]) => {
      resolved ??= resolveColumns(file, found, request, place);
      return [...resolved.names.values()];
    };
    do {
      rows = 0;
      eachBatch(loaded, decode(loaded, file, bytes, offset), namesOf, wanted, (columns) => {
        const { names, constants } = resolved!;
        const chunk: Chunk = {
          ...{ source: file, offset: offset + rows, constants, isModel },
          length: lengthOf(columns.values().next().value!),
          columns: new Map([...names].map(([ours, theirs]) => [ours, columns.get(theirs)!])),
        };
        onChunk(chunk);
        rows += chunk.length;
      });
      offset += rows;
    } while (rows === ROWS_AT_ONCE);
    return offset;
  };
}

async function contentOf(
  { file, gzip }: FilePlace,
  { unpackedBytes }: TableBounds,
): Promise<Uint8Array> {
  const stored = await bytesAt(file);
  const content = gzip ? unpacked(file, stored, unpackedBytes) : stored;
  if (integrityOf(content) === 'damaged')
    throw new PredictionsError(
      `${file} is damaged: its checksum differs. Delete it and run again what wrote it; trainPopulation has ` +
        'the model predict its images again, which takes no training.',
      { file },
    );
  return content;
}

function unpacked(
  file: string,
  stored: Uint8Array,
  maxOutputLength = unpackedLimit(stored.length),
): Uint8Array {
  try {
    return gunzipSync(stored, { maxOutputLength });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw unpacksToMore({ file, Failure: PredictionsError }, maxOutputLength);
    throw notGzip(file, cause);
  }
}

function decode({ parquet }: Libraries, file: string, bytes: Uint8Array, offset: number) {
  // The library's `columns` option has no effect here (0.8.0), so all columns are decoded.
  const options = { limit: ROWS_AT_ONCE, batchSize: ROWS_AT_ONCE, offset };
  try {
    return parquet.readParquet(bytes, options);
  } catch (error) {
    throw new PredictionsError(
      `${file}: cannot be read as Parquet (${error instanceof Error ? error.message : error}). ` +
        'Was its writing interrupted, or has it a column of a rare type, as of 128-bit integers? Then write ' +
        'it again, without such columns.',
      { file, cause: error },
    );
  }
}

/** Hands on every batch of a decoded table, and frees the table. */
function eachBatch(
  { arrow, parquet }: Libraries,
  table: ParquetTable,
  namesOf: NameDecoder,
  wanted: (found: readonly string[]) => readonly string[],
  onBatch: (columns: Columns) => void,
): void {
  const lent = table.toFFI();
  const [schema, batches] = [lent.schemaAddr(), lent.arrayAddrs()];
  const { buffer } = parquet.wasmMemory();
  const fields = Array.from(batches, (batch) => viewColumns(buffer, schema, batch));
  const names = fields[0] ? wanted(fields[0].map(([name]) => name)) : [];
  const viewed = fields.map((columns) => new Map(columns));
  const all = viewed.every((columns) => names.every((name) => columns.get(name)));
  try {
    if (all) viewed.forEach(onBatch);
  } finally {
    lent.drop();
    if (all) table.free();
  }
  // Copying all of a table takes several times as long as viewing its numbers in place.
  if (!all) {
    const decoded = arrow.tableFromIPC(table.intoIPCStream(), { useBigInt: true });
    const places = names.map((name) => [name, decoded.names.indexOf(name)] as const);
    for (let i = 0; i < batches.length; i++)
      onBatch(
        new Map(
          places.map(([name, c]) => [name, valuesOf(name, decoded.children[c]!.data[i]!, namesOf)]),
        ),
      );
  }
}

function lengthOf(column: Column): number {
  return 'offsets' in column ? column.offsets.length - 1 : column.length;
}

/** A batch's values, as an array of them where some are missing. */
function valuesOf(name: string, batch: Batch<unknown>, namesOf: NameDecoder): Column {
  if (!batch.offsets || batch.nullCount > 0) return batch.slice(0, batch.length);
  const items = batch.children?.[0];
  if (!items) return namesOf(name, batch);
  const { offsets } = batch;
  return {
    values: items.slice(0, items.length),
    offsets: offsets instanceof BigInt64Array ? Float64Array.from(offsets, Number) : offsets,
  };
}

/** Decodes names; a column with the same bytes as the last of its name is not decoded again. */
function rememberNames(): NameDecoder {
  const seen = new Map<string, { offsets: Buffer; bytes: Buffer; names: ArrayLike<unknown> }>();
  return (column, batch) => {
    const offsets = bytesOf(batch.offsets as ArrayBufferView);
    const bytes = bytesOf(batch.values);
    const last = seen.get(column);
    if (last?.offsets.equals(offsets) && last.bytes.equals(bytes)) return last.names;
    const names = batch.slice(0, batch.length);
    seen.set(column, { offsets, bytes, names });
    return names;
  };
}

/** One model's predictions as a Parquet file's bytes, with their checksum in its metadata. */
export async function encodeParquet(predictions: PredictionsOfModel): Promise<Uint8Array> {
  const { arrow, parquet } = await libraries();
  const { columnFromArray, float64, int32, int64, list, utf8 } = arrow;
  const { imageIds, confidence, top5, variant, sparsity, groups = {} } = predictions;
  const rows = imageIds.length;
  const width = (top5?.length ?? 0) / rows;
  const named = imageIds.some((id) => typeof id === 'string');
  const ids = imageIds as readonly number[];
  const short = ids.every((id) => (id | 0) === id);
  const columns = {
    ...(!saysVariant(predictions) && {
      variant: columnFromArray(Array<string>(rows).fill(variant), utf8()),
    }),
    ...(!Number.isNaN(sparsity) && {
      sparsity: columnFromArray(new Float64Array(rows).fill(sparsity), float64()),
    }),
    replicate: columnFromArray(new Int32Array(rows).fill(predictions.replicate), int32()),
    image_id: named
      ? columnFromArray(imageIds.map(String), utf8())
      : short
        ? columnFromArray(Int32Array.from(ids), int32())
        : columnFromArray(BigInt64Array.from(ids, BigInt), int64()),
    true_class: columnFromArray(predictions.trueClass, int32()),
    predicted_class: columnFromArray(predictions.predictedClass, int32()),
    ...(confidence && { confidence: columnFromArray(Float64Array.from(confidence), float64()) }),
    ...(top5 && {
      top5: columnFromArray(
        imageIds.map((_, i) => top5.subarray(width * i, width * (i + 1))),
        list(int32()),
      ),
    }),
    ...Object.fromEntries(
      Object.entries(groups).map(([name, values]) => [
        name,
        values.every((value) => typeof value === 'number')
          ? columnFromArray(Float64Array.from(values as readonly number[]), float64())
          : columnFromArray(values.map(String), utf8()),
      ]),
    ),
  };
  const stream = arrow.tableToIPC(arrow.tableFromColumns(columns), { format: 'stream' })!;
  // Ids mostly count up or begin alike: stored as differences they are small.
  const { BYTE_STREAM_SPLIT, DELTA_BINARY_PACKED, DELTA_BYTE_ARRAY } = parquet.Encoding;
  const properties = new parquet.WriterPropertiesBuilder()
    .setColumnDictionaryEnabled('image_id', false)
    .setColumnEncoding('image_id', named ? DELTA_BYTE_ARRAY : DELTA_BINARY_PACKED)
    // A confidence is a float32 in eight bytes: split by byte, half of them are zeros.
    .setColumnDictionaryEnabled('confidence', false)
    .setColumnEncoding('confidence', BYTE_STREAM_SPLIT)
    .setCompression(parquet.Compression.ZSTD)
    .setCreatedBy('selective-brain-damage')
    .setKeyValueMetadata(new Map([['checksum', CHECKSUM]]))
    .build();
  return withChecksum(parquet.writeParquet(parquet.Table.fromIPCStream(stream), properties));
}
