import { readFileSync } from 'node:fs';
import { isObject, wrongPart } from './checkCell';
import { NotebookError } from './errors';
import { isJson, isStoredAsLines } from './mimeTypes';
import { writeFileAtomic } from './writeFileAtomic';

/** A value in its display forms, by MIME type: JSON for JSON types, else text or base64. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** A value to show, with metadata for the client that shows it. */
export interface DisplayContent {
  /** The value in each form that it has. */
  readonly data: MimeBundle;
  /** Metadata by MIME type, such as a picture's `width` and `height` in CSS pixels. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Text that a cell printed. */
export interface StreamOutput {
  /** Marks text that was printed. */
  readonly output_type: 'stream';
  /** The stream that it was printed to. */
  readonly name: 'stdout' | 'stderr';
  /** The text, in one piece. */
  readonly text: string;
}

/** A value that a cell showed by `display`. */
export interface DisplayOutput extends DisplayContent {
  /** Marks a value shown by `display`. */
  readonly output_type: 'display_data';
}

/** The value of a cell's last expression. */
export interface ResultOutput extends DisplayContent {
  /** Marks the value of a last expression. */
  readonly output_type: 'execute_result';
  /** The cell's execution count. */
  readonly execution_count: number;
}

/** The exception that ended a cell. */
export interface ErrorOutput {
  /** Marks an exception. */
  readonly output_type: 'error';
  /** The exception's class. */
  readonly ename: string;
  /** The exception's message. */
  readonly evalue: string;
  /** Lines to read: the source around the failure, and the stack. */
  readonly traceback: readonly string[];
}

/** An output below a cell, with nbformat's names. */
export type CellOutput = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

/** What a running cell tells: its outputs, and changes of them. */
export type CellEvent =
  | CellOutput
  /** An output that others can replace by its name. */
  | (DisplayOutput & Named)
  | UpdateOutput
  | ClearOutput;

/** Replaces the outputs of a name, in whatever cell they are. */
export interface UpdateOutput extends DisplayContent, Named {
  /** Marks a replacement. */
  readonly output_type: 'update_display_data';
}

/** Removes the cell's outputs. */
export interface ClearOutput {
  /** Marks a removal. */
  readonly output_type: 'clear_output';
  /** Whether they stay until the cell shows something new. */
  readonly wait: boolean;
}

/** What has a name by which others can replace it. */
export interface Named {
  /** Members that no notebook stores. */
  readonly transient: {
    /** The name. */
    readonly display_id: string;
  };
}

/** The members that all cells have. */
export interface CellBase {
  /** Unique in the notebook; stays when the cell is edited. */
  readonly id: string;
  /** Metadata of the cell. */
  readonly metadata: Readonly<Record<string, unknown>> & {
    /** The cell's tags, such as `parameters`. */
    readonly tags?: readonly string[];
  };
  /** The text of the cell, in one piece. */
  readonly source: string;
}

/** A cell that is executed. */
export interface CodeCell extends CellBase {
  /** Marks a cell that is executed. */
  readonly cell_type: 'code';
  /** Its position among the executed cells of its run, from 1; null before it is executed. */
  readonly execution_count: number | null;
  /** The outputs of its last run, in order. */
  readonly outputs: readonly CellOutput[];
}

/** A cell of text. */
export interface TextCell extends CellBase {
  /** `markdown` is rendered, `raw` is shown unchanged. */
  readonly cell_type: 'markdown' | 'raw';
  /** Pictures in the text, by name. */
  readonly attachments?: Readonly<Record<string, MimeBundle>>;
}

/** A cell of a notebook. */
export type Cell = CodeCell | TextCell;

/** A notebook of nbformat 4.5. */
export interface Notebook {
  /** Its cells, in order. */
  readonly cells: readonly Cell[];
  /** Its kernel, its language and further metadata. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Reads a notebook of nbformat 4. Cells from before 4.5, which have no id, get `cell-<position>`.
 *
 * @param path the file
 * @throws NotebookError if there is no such file, or it is not a notebook
 */
export function readNotebook(path: string): Notebook {
  let json: { nbformat?: unknown; cells?: unknown; metadata?: Notebook['metadata'] } | null;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'there is no such file.' : `expected JSON. ${message}`;
    throw new NotebookError(`${path}: expected a notebook; ${problem}`, { cause });
  }
  if (json?.nbformat !== 4 || !Array.isArray(json.cells))
    throw new NotebookError(
      `${path}: expected "nbformat": 4 and a list of cells, found "nbformat": ${json?.nbformat}. ` +
        'Open and save it in a current Jupyter to convert it.',
    );
  const { metadata = {} } = json;
  if (!isObject(metadata)) throw damaged(path, 'its metadata', 'an object');
  return {
    cells: json.cells.map((cell, i) => {
      const wrong = wrongPart(cell);
      if (wrong) throw damaged(path, `cell ${i + 1}: ${wrong.place}`, wrong.expected);
      return joinLines({ id: `cell-${i + 1}`, ...cell });
    }),
    metadata,
  };
}

function damaged(path: string, place: string, expected: string): NotebookError {
  return new NotebookError(
    `${path}: expected a notebook; ${place} is not ${expected}. It is damaged: repair it there, or take it from ` +
      'a copy.',
  );
}

/**
 * Writes a notebook byte for byte as Jupyter does. The file is replaced atomically.
 *
 * @param path the file
 * @param notebook the notebook
 */
export function writeNotebook(path: string, notebook: Notebook): void {
  writeFileAtomic(path, serializeNotebook(notebook));
}

/** Formats a notebook as Jupyter does: keys sorted, an indent of one space, text as lists of lines. */
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
          typeof content === 'string' && isStoredAsLines(type) ? lines(content) : content,
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

function mapValues<T>(
  object: Readonly<Record<string, T>>,
  map: (value: T, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

/** The same JSON with the keys of all objects sorted. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
