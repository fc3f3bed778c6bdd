import { createReadStream } from 'node:fs';
import Papa from 'papaparse';
import { PredictionsError } from '../errors';
import { COLUMNS, type ColumnName, requireColumns, type Table } from './table';

const WHOLE_NUMBER = /^(0|-?[1-9]\d{0,14})$/;

/**
 * Reads a CSV file with a header line, handing on tables of a bounded number of rows. Cells stay
 * text, save image ids that are whole numbers.
 */
export function readCsv(file: string, onTable: (table: Table) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = createReadStream(file, 'utf8');
    let names: string[] | undefined;
    let offset = 0;
    Papa.parse<string[]>(stream, {
      skipEmptyLines: 'greedy',
      chunk: ({ data, errors }) => {
        const broken = errors.find((error) => error.type === 'Quotes');
        if (broken)
          throw new PredictionsError(
            `${file}, row ${offset + (broken.row ?? 0)}: ${broken.message}. Expected CSV with ` +
              'cells quoted by ".',
          );
        if (!names) {
          names = (data.shift() ?? []).map((name) => name.replace(/^\ufeff/, '').trim());
          requireColumns(file, names);
        }
        if (data.length > 0) onTable(tableOf(file, offset, names, data));
        offset += data.length;
      },
      complete: () => {
        if (names) resolve();
        else reject(new PredictionsError(`${file}: empty. Expected CSV with a header line.`));
      },
      error: (error) => {
        stream.destroy();
        reject(error);
      },
    });
  });
}

function tableOf(
  source: string,
  offset: number,
  names: readonly string[],
  rows: readonly string[][],
): Table {
  const columns: Partial<Record<ColumnName, unknown[]>> = {};
  for (const name of COLUMNS) {
    const index = names.indexOf(name);
    if (index >= 0) columns[name] = rows.map((row) => row[index]?.trim());
  }
  columns.image_id = columns.image_id!.map((id) =>
    WHOLE_NUMBER.test(id as string) ? Number(id) : id,
  );
  return { source, offset, length: rows.length, columns };
}
