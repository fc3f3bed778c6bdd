/** A danfo DataFrame or Series, or any other value with these members. */
export interface Table {
  readonly columns: readonly string[];
  /** The names of the rows. */
  readonly index: readonly (string | number)[];
  /** The rows: lists of values, or values if there is one column. */
  readonly values: readonly unknown[];
}

/** Longer or wider tables show their first and last halves of this many rows or columns. */
const MAX_ROWS = 20;
const MAX_COLUMNS = 20;
const MAX_TEXT = 50;
/** Digits shown of the largest number of a column. */
const SIGNIFICANT_DIGITS = 4;
const MAX_DECIMALS = 6;
const ELLIPSIS = '…';

/** A table as text: the header row, and rows that begin with their names. */
interface Cells {
  readonly header: string[];
  readonly rows: string[][];
  /** By column. */
  readonly isNumeric: boolean[];
  readonly caption: string;
}

export function isTable(value: unknown): value is Table {
  if (typeof value !== 'object' || value === null) return false;
  const { columns, index, values } = value as Partial<Table>;
  return Array.isArray(columns) && Array.isArray(index) && Array.isArray(values);
}

export function tableText(table: Table): string {
  const { header, rows, isNumeric, caption } = cellsOf(table);
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line), '', caption].join('\n');
}

export function tableHtml(table: Table): string {
  const { header, rows, isNumeric, caption } = cellsOf(table);
  const cell = (tag: string, html: string, column: number) =>
    `<${tag}${isNumeric[column] ? ' align="right"' : ' align="left"'}>${html}</${tag}>`;
  const row = (cells: string[]) =>
    `<tr>${cells.map((text, i) => cell(i === 0 ? 'th' : 'td', escapeHtml(text), i)).join('')}</tr>`;
  return [
    '<table class="dataframe" border="1">',
    `<thead><tr>${header.map((name, i) => cell('th', breakable(name), i)).join('')}</tr></thead>`,
    `<tbody>${rows.map(row).join('\n')}</tbody>`,
    '</table>',
    `<p>${caption}</p>`,
  ].join('\n');
}

/** Allows line breaks in names of columns, so that wide tables fit the page. */
function breakable(name: string): string {
  return escapeHtml(name).replaceAll('_', '_<wbr>');
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function cellsOf({ columns, index, values }: Table): Cells {
  const shownRows = shownPositions(index.length, MAX_ROWS);
  const shownColumns = shownPositions(columns.length, MAX_COLUMNS);
  const body = shownColumns.map((column) =>
    column === undefined
      ? { name: ELLIPSIS, texts: shownRows.map(() => ELLIPSIS), isNumeric: false }
      : {
          name: String(columns[column]),
          ...columnTexts(
            shownRows.map((row) => (row === undefined ? undefined : [values[row]].flat()[column])),
            shownRows,
          ),
        },
  );
  return {
    header: ['', ...body.map(({ name }) => name)],
    rows: shownRows.map((row, i) => [
      row === undefined ? ELLIPSIS : String(index[row]),
      ...body.map(({ texts }) => texts[i]!),
    ]),
    isNumeric: [true, ...body.map(({ isNumeric }) => isNumeric)],
    caption: `${index.length} rows × ${columns.length} columns`,
  };
}

/** The positions to show, with undefined in place of those left out. */
function shownPositions(count: number, max: number): (number | undefined)[] {
  if (count <= max) return Array.from({ length: count }, (_, i) => i);
  const half = max / 2;
  return [
    ...Array.from({ length: half }, (_, i) => i),
    undefined,
    ...Array.from({ length: half }, (_, i) => count - half + i),
  ];
}

function columnTexts(
  values: readonly unknown[],
  rows: readonly (number | undefined)[],
): { texts: string[]; isNumeric: boolean } {
  const numbers = values.filter((value) => typeof value === 'number');
  const format = numberFormat(numbers);
  return {
    texts: values.map((value, i) => {
      if (rows[i] === undefined) return ELLIPSIS;
      return typeof value === 'number' ? format(value) : textOf(value);
    }),
    isNumeric: numbers.length > 0,
  };
}

/** The format of a column: one number of decimals, as few as its values and significant digits need. */
function numberFormat(numbers: readonly number[]): (value: number) => string {
  const finite = numbers.filter(Number.isFinite);
  const largest = finite.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const magnitude = largest > 0 ? Math.ceil(Math.log10(largest)) - 1 : 0;
  const sensible = Math.min(MAX_DECIMALS, Math.max(1, SIGNIFICANT_DIGITS - 1 - magnitude));
  const needed = Math.max(0, ...finite.map(decimals));
  const digits = Math.min(needed, sensible);
  return (value) => {
    if (!Number.isFinite(value)) return String(value);
    if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toFixed(digits);
    const vanishes = Math.abs(value) < 10 ** -digits;
    return vanishes || Math.abs(value) >= 1e15 ? value.toExponential(1) : value.toFixed(digits);
  };
}

function decimals(value: number): number {
  const [mantissa, exponent = '0'] = String(value).split('e');
  return Math.max(0, (mantissa!.split('.')[1]?.length ?? 0) - Number(exponent));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = value instanceof Date ? value.toISOString() : String(value);
  const oneLine = text.replaceAll(/\s+/g, ' ');
  return oneLine.length > MAX_TEXT ? `${oneLine.slice(0, MAX_TEXT - 1)}${ELLIPSIS}` : oneLine;
}
