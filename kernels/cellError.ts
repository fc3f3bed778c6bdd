import { dirname, join, resolve, sep } from 'node:path';
import { inspect } from 'node:util';
import type { Diagnostic } from 'tslab/dist/converter';
import type { Position } from './compiler';
import { missingPackage, missingPackageOf } from './missingPackage';

/** The failure of a cell, as JSON can hold it. */
export interface CellError {
  /** The exception's class; `CompileError` where the cell was not run. */
  readonly name: string;
  /** The exception's message. */
  readonly message: string;
  /** Lines for a reader: the source around the failure, then the stack in lines of the cells. */
  readonly traceback: readonly string[];
  /** The execution count of the cell that failed: an earlier cell where its unhandled promise rejected. */
  readonly cell: number;
  /** The line of the cell, from 1; missing where the stack has none. */
  readonly line?: number;
}

/** A cell as it runs. */
export interface RunCell {
  /** Its unique name in stack traces. */
  readonly file: string;
  /** Its execution count; an uncounted cell has the count of the last counted one. */
  readonly count: number;
  /** Its TypeScript. */
  readonly source: string;
}

/** The cells run so far. */
export interface RunCells {
  /** By file. */
  readonly cells: ReadonlyMap<string, RunCell>;
  /** Maps a place in emitted JavaScript to TypeScript. */
  originalPosition(generated: Position): Position | undefined;
}

const LINES_AROUND = 2;
const FRAME = /^(\s+at (?:.* \()?(?:async )?)([^\s()][^()]*):(\d+):(\d+)(\)?)( \{)?$/;
const LEFT_OUT = /^\s+\.\.\. \d+ lines matching cause stack trace \.\.\.$/;
/** The code that runs cells, left out of stack traces: this package, as emitted and by its source map. */
const INTERNALS = [
  join(__dirname, '..', sep),
  join(dirname(require.resolve('tslab')), sep),
  'node:internal',
  'node:vm',
];

/** The file of the cell with an execution count. */
export function cellFile(count: number): string {
  return `cell-${count}.ts`;
}

/** The file of a cell that is not counted; `number` from 1. */
export function uncountedFile(number: number): string {
  return `uncounted-${number}.ts`;
}

/** The name of a cell in messages: `cell 3`. */
export function cellTitle(file: string): string {
  return file.replace('-', ' ').replace('.ts', '');
}

/**
 * Describes a value that a cell threw or rejected with, an Error or not.
 *
 * @param ran the cell that was running, or ran last
 * @param isOwner whether that cell is known to have thrown; otherwise the innermost cell of the stack
 *   is taken, if there is one
 * @param thrownAt the stack at the `throw`, for values that are not Errors and carry no stack
 */
export function describeThrown(
  thrown: unknown,
  cells: RunCells,
  ran: RunCell,
  isOwner: boolean,
  thrownAt = '',
): CellError {
  const isError = thrown instanceof Error;
  const missing = isError ? missingPackageOf(thrown) : undefined;
  const { text, positions } = mapStack(
    missing === undefined
      ? shown(thrown) + (isError ? '' : frames(thrownAt))
      : `Error: ${missing}${frames((thrown as Error).stack ?? '')}`,
    cells,
  );
  const innermost = positions[0];
  const cell = (!isOwner && innermost && cells.cells.get(innermost.file)) || ran;
  const own = positions.find(({ file }) => file === cell.file);
  const place = own ?? innermost;
  return {
    name: isError ? attempt(() => String(thrown.name || 'Error')) : 'Thrown',
    message: missing ?? (isError ? attempt(() => String(thrown.message)) : shown(thrown)),
    traceback: [
      ...(place ? excerpt(cells.cells.get(place.file)!, place.line) : [cellTitle(cell.file)]),
      ...(isError ? text : `Thrown: ${text}`).split('\n'),
    ],
    cell: cell.count,
    ...(own && { line: own.line }),
  };
}

/** Node's text for a value; its members alone where the value's own `inspect` throws. */
function shown(value: unknown): string {
  return attempt(
    () => inspect(value),
    () => inspect(value, { customInspect: false }),
  );
}

/** The result of the first way that does not throw: a thrown value may throw again when it is read. */
function attempt(...ways: readonly (() => string)[]): string {
  for (const way of ways)
    try {
      return way();
    } catch {}
  return '(no text: formatting this value throws)';
}

/** Describes the compile errors of a cell, of which there is at least one. */
export function describeCompileError(diagnostics: readonly Diagnostic[], cell: RunCell): CellError {
  const messages = new Map<string, { first: Diagnostic; text: string }>();
  for (const diagnostic of diagnostics) {
    // TypeScript explains a message by further ones, which come as diagnostics at the same place.
    const place = `${diagnostic.fileName}:${diagnostic.start.offset}`;
    const message = messages.get(place);
    if (message) message.text += `\n  ${diagnostic.messageText}`;
    else messages.set(place, { first: diagnostic, text: messageOf(diagnostic) });
  }
  const all = [...messages.values()];
  const inCell = all.find(({ first }) => !first.fileName)?.first;
  return {
    name: 'CompileError',
    message: all[0]!.text + (all.length > 1 ? ` (and ${all.length - 1} more)` : ''),
    traceback: all.flatMap(({ first, text }) => [
      ...(first.fileName
        ? [`${first.fileName}, line ${first.start.line + 1}`]
        : excerpt(cell, first.start.line + 1)),
      ...`TS${first.code}: ${text}`.split('\n'),
    ]),
    cell: cell.count,
    ...(inCell && { line: inCell.start.line + 1 }),
  };
}

const MODULE_NOT_FOUND = 2307;

function messageOf({ code, messageText, fileName }: Diagnostic): string {
  const specifier = code === MODULE_NOT_FOUND ? /'([^']+)'/.exec(messageText)?.[1] : undefined;
  // tslab names files relative to the current directory.
  const folder = fileName ? dirname(resolve(fileName)) : process.cwd();
  return (specifier && missingPackage(specifier, folder)) || messageText;
}

/**
 * Maps a stack to lines of the cells and drops the frames of the code that runs cells. `positions` are
 * the places in cells, innermost first.
 */
function mapStack(stack: string, cells: RunCells): { text: string; positions: Position[] } {
  const positions: Position[] = [];
  const kept: string[] = [];
  let frames: { line: string; inCell: boolean }[] = [];
  const flush = () => {
    // Frames below the last one of a cell belong to the code that runs cells.
    const last = frames.findLastIndex((frame) => frame.inCell);
    kept.push(...frames.slice(0, last === -1 ? frames.length : last + 1).map(({ line }) => line));
    frames = [];
  };
  for (const line of stack.split('\n')) {
    const [, head, file, row, column, tail, brace] = FRAME.exec(line) ?? [];
    if (file === undefined) {
      if (LEFT_OUT.test(line)) continue;
      flush();
      kept.push(line);
      continue;
    }
    const original = cells.originalPosition({ file, line: Number(row), column: Number(column) });
    const inCell = cells.cells.has(file);
    if (original) {
      if (inCell) positions.push(original);
      // A function of another cell is called as a member of tslab's exports object, a Proxy.
      const caller = head!.replace('Proxy.', '');
      const place = `${original.file}:${original.line}:${original.column}`;
      frames.push({ line: `${caller}${place}${tail}`, inCell });
    } else if (!inCell && !INTERNALS.some((folder) => file.startsWith(folder))) {
      frames.push({ line: `${head}${file}:${row}:${column}${tail}`, inCell });
    }
    if (brace) {
      // The further members of an Error follow its last frame, in braces.
      flush();
      kept.push(`${kept.pop() ?? ''}${brace}`);
    }
  }
  flush();
  return { text: kept.join('\n'), positions };
}

/** The frames of a stack, without the message above them. */
function frames(stack: string): string {
  return /(\n\s+at .*)+$/.exec(stack)?.[0] ?? '';
}

/** `cell 3, line 2`, then the source around it with an arrow at the line that failed. */
function excerpt({ file, source }: RunCell, line: number): string[] {
  const lines = source.split('\n');
  const from = Math.max(1, line - LINES_AROUND);
  const to = Math.min(lines.length, line + LINES_AROUND);
  const width = String(to).length;
  const shown = [`${cellTitle(file)}, line ${line}`];
  for (let i = from; i <= to; i++)
    shown.push(
      `${i === line ? '>' : ' '} ${String(i).padStart(width)} | ${lines[i - 1]}`.trimEnd(),
    );
  return shown;
}
