import { attempt } from '../attempt';
import { type Cell, sortKeys } from '../notebook';

/** A cell as text can hold it: all but its outputs, its id and its attachments. */
export type TextPart = Pick<Cell, 'cell_type' | 'metadata' | 'source'>;

/** Members of metadata that tell of a run or of a screen, not of what the cell is; jupytext leaves out the same. */
const LEFT_OUT = new Set(
  'autoscroll collapsed scrolled trusted ExecuteTime execution jupyter papermill vscode'.split(' '),
);
const MARKER = /^\/\/ ?%%(.*)$/;
/** A line that would be taken for a marker, with one more comment sign for each time that it was escaped. */
const LIKE_MARKER = /^(?:\/\/ ?)+%%/;
const ESCAPED = /^\/\/ (?:\/\/ ?)+%%/;
const KEY = /^[A-Za-z_][\w-]*$/;
/** jupytext's header. */
const HEADER = /^\/\/ ---\n(?:\/\/.*\n)*?\/\/ ---\n+/;

/**
 * The percent format of jupytext and VS Code: cells below lines `// %%`, text in comments below
 * `// %% [markdown]`, metadata as `tags=["parameters"]` in those lines.
 *
 * @param cells the cells; blank lines at their ends are left out
 */
export function percentText(cells: readonly TextPart[]): string {
  return cells
    .map((cell) => {
      const body = trimmed(cell.source);
      const lines = body === '' ? [] : body.split('\n');
      const text = cell.cell_type === 'code' ? lines : lines.map(commented);
      return `${[markerOf(cell), ...text.map(escaped)].join('\n')}\n`;
    })
    .join('\n');
}

/**
 * The cells of a text in percent format. What stands above the first marker is a cell of its own, but for
 * jupytext's header, which is passed over.
 */
export function percentCells(text: string): TextPart[] {
  const cells: { marker: string; readonly lines: string[] }[] = [];
  const plain = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  for (const line of plain.slice(headerOf(plain).length).split('\n')) {
    const marker = MARKER.exec(line)?.[1];
    if (marker !== undefined) cells.push({ marker, lines: [] });
    else if (cells.length > 0) cells.at(-1)!.lines.push(line);
    else if (line.trim() !== '') cells.push({ marker: '', lines: [line] });
  }
  return cells.map(({ marker, lines }) => {
    const { type, metadata } = readMarker(marker);
    const own = lines.map(unescaped);
    const source = trimmed((type === 'code' ? own : own.map(uncommented)).join('\n'));
    return { cell_type: type, metadata, source };
  });
}

/** The source without blank lines at its end, which do not count in a text. */
export function trimmed(source: string): string {
  return source.replace(/(?:^|\n)[ \t]*(?:\n[ \t]*)*$/, '');
}

/** The part of a cell's metadata that stands in the text. */
export function shownMetadata(metadata: TextPart['metadata']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !LEFT_OUT.has(name)));
}

/** jupytext's header of a text, empty where it has none. */
export function headerOf(text: string): string {
  return HEADER.exec(text)?.[0] ?? '';
}

function markerOf({ cell_type, metadata }: TextPart): string {
  const { title, ...other } = shownMetadata(metadata);
  const isTitle = typeof title === 'string' && /^[^\s[\]{}=]+( [^\s[\]{}=]+)*$/.test(title);
  const shown = isTitle || title === undefined ? other : { title, ...other };
  // As the file of the notebook has them.
  const pairs = Object.entries(sortKeys(shown) as Record<string, unknown>);
  const isPlain = pairs.every(([name]) => KEY.test(name));
  return [
    '// %%',
    ...(isTitle ? [title] : []),
    ...(cell_type === 'code' ? [] : [`[${cell_type}]`]),
    ...(isPlain
      ? pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      : [JSON.stringify(Object.fromEntries(pairs))]),
  ].join(' ');
}

function readMarker(text: string): { type: Cell['cell_type']; metadata: TextPart['metadata'] } {
  const [, title = '', kind = '', rest = ''] =
    /^\s*([^[\]{}=]*?)\s*(?:\[(markdown|md|raw)\])?\s*((?:[A-Za-z_][\w-]*=|\{).*)?$/.exec(text) ?? [
      ...['', text.trim()],
    ];
  const type = kind === '' ? 'code' : kind === 'raw' ? 'raw' : 'markdown';
  return { type, metadata: { ...(title && { title }), ...metadataOf(rest.trim()) } };
}

/** Metadata of `name=json` pairs, or of one JSON object. */
function metadataOf(text: string): Record<string, unknown> {
  if (text === '') return {};
  const whole = text.startsWith('{') ? parsed(text) : undefined;
  if (whole !== undefined) return whole as Record<string, unknown>;
  const [, name, rest = ''] = /^([A-Za-z_][\w-]*)=(.*)$/.exec(text) ?? [];
  if (name === undefined) return {};
  // A value ends before the next name, or at the end; values may hold what looks like a name.
  const ends = [...rest.matchAll(/ (?=[A-Za-z_][\w-]*=)/g)].map(({ index }) => index);
  for (const end of [...ends, rest.length]) {
    const value = parsed(rest.slice(0, end));
    if (value !== undefined) return { [name]: value, ...metadataOf(rest.slice(end).trim()) };
  }
  return {};
}

function parsed(json: string): unknown {
  return attempt(() => JSON.parse(json) as unknown);
}

function commented(line: string): string {
  return line === '' ? '//' : `// ${line}`;
}

function uncommented(line: string): string {
  return line.replace(/^\/\/ ?/, '');
}

function escaped(line: string): string {
  return LIKE_MARKER.test(line) ? `// ${line}` : line;
}

function unescaped(line: string): string {
  return ESCAPED.test(line) ? line.slice('// '.length) : line;
}
