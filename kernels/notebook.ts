import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { NotebookError } from './errors';

/** What Jupyter shows for a value: MIME type to content; JSON for JSON types, else text or base64. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface DisplayContent {
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a cell leaves below it, as nbformat names things; text in one piece. */
export type CellOutput =
  | { readonly output_type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | ({ readonly output_type: 'display_data' } & DisplayContent)
  | ({ readonly output_type: 'execute_result'; readonly execution_count: number } & DisplayContent)
  | {
      readonly output_type: 'error';
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

interface CellBase {
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly tags?: readonly string[] };
  readonly source: string;
}

export interface CodeCell extends CellBase {
  readonly cell_type: 'code';
  readonly execution_count: number | null;
  readonly outputs: readonly CellOutput[];
}

export interface TextCell extends CellBase {
  readonly cell_type: 'markdown' | 'raw';
  readonly attachments?: Readonly<Record<string, MimeBundle>>;
}

export type Cell = CodeCell | TextCell;

/** A notebook of nbformat 4.5. */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Reads a notebook of nbformat 4; cells of before 4.5, which have no id, get `cell-<position>`. */
export function readNotebook(path: string): Notebook {
  let json: { nbformat?: unknown; cells?: unknown; metadata?: Notebook['metadata'] };
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new NotebookError(`${path}: expected a notebook (JSON). ${(cause as Error).message}`, {
      cause,
    });
  }
  if (json.nbformat !== 4 || !Array.isArray(json.cells))
    throw new NotebookError(
      `${path}: expected "nbformat": 4 and a list of cells, found "nbformat": ${json.nbformat}. ` +
        'Open and save it in a current Jupyter to convert it.',
    );
  return {
    cells: json.cells.map((cell, i) => joinLines({ id: `cell-${i + 1}`, ...cell })),
    metadata: json.metadata ?? {},
  };
}

/** Writes a notebook byte for byte as Jupyter does. The file is replaced whole or not at all. */
export function writeNotebook(path: string, notebook: Notebook): void {
  writeFileSync(`${path}.part`, serializeNotebook(notebook));
  renameSync(`${path}.part`, path);
}

/** Sorted keys, one space of indent, texts as lists of lines: what `git diff` reads best. */
export function serializeNotebook({ cells, metadata }: Notebook): string {
  const json = { cells: cells.map(splitCell), metadata, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(sortKeys(json), null, 1)}\n`;
}

function joinLines(cell: Record<string, unknown>): Cell {
  const outputs = cell.outputs as Record<string, unknown>[] | undefined;
  return {
    ...cell,
    source: joined(cell.source),
    ...(outputs && {
      outputs: outputs.map((output) => ({
        ...output,
        ...('text' in output && { text: joined(output.text) }),
        ...('data' in output && {
          data: mapValues(output.data as MimeBundle, (content, type) =>
            isJson(type) ? content : joined(content),
          ),
        }),
      })),
    }),
  } as unknown as Cell;
}

function splitCell(cell: Cell): object {
  if (cell.cell_type !== 'code') return { ...cell, source: lines(cell.source) };
  return {
    ...cell,
    source: lines(cell.source),
    outputs: cell.outputs.map((output) => {
      if (output.output_type === 'stream') return { ...output, text: lines(output.text) };
      if (output.output_type === 'error') return output;
      return {
        ...output,
        data: mapValues(output.data, (content, type) =>
          typeof content === 'string' && isText(type) ? lines(content) : content,
        ),
      };
    }),
  };
}

function joined(text: unknown): unknown {
  return Array.isArray(text) ? text.join('') : text;
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function isJson(type: string): boolean {
  return /^application\/(.*\+)?json$/.test(type);
}

function isText(type: string): boolean {
  return type.startsWith('text/') || type === 'image/svg+xml' || type === 'application/javascript';
}

function mapValues<T>(
  object: Readonly<Record<string, T>>,
  map: (value: T, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
