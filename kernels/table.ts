/** A danfo DataFrame or Series, or anything else with these members. */
export interface Table {
  readonly columns: readonly string[];
  /** Names of the rows. */
  readonly index: readonly (string | number)[];
  /** Rows, each a list of its values, or the value where there is one column. */
  readonly values: readonly unknown[];
}

/** The longest and widest table that is shown whole; of others the first and last halves of it. */
const MAX_ROWS = 20;
const MAX_COLUMNS = 20;
const MAX_TEXT = 50;
/** Of the largest number of a column. */
const SIGNIFICANT_DIGITS = 4;
const MAX_DECIMALS = 6;
const ELLIPSIS = '…';

/** A table as text: names of columns above, names of rows first, all of one width per column. */
interface Cells {
  readonly header: string[];
  readonly rows: string[][];
  /** Per column. */
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

/** Lets a wide table break the names of its columns, rather than hide the last ones. */
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

/** Positions of the first and last ones, with undefined for those left out between them. */
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

/** One number of decimals for a column: no more than its values have, nor than say something. */
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
