import { dirname, join, resolve, sep } from 'node:path';
import { inspect } from 'node:util';
import type { Diagnostic } from 'tslab/dist/converter';
import type { Position } from './compiler';
import { missingPackage, missingPackageOf } from './missingPackage';

/** Why a cell failed. JSON. */
export interface CellError {
  /** The exception's class; `CompileError` where the cell was not run. */
  readonly name: string;
  /** The exception's message. */
  readonly message: string;
  /** Lines for a reader: the source around the failure, then the stack in lines of the cells. */
  readonly traceback: readonly string[];
  /** The execution count of the cell that failed: an earlier one where its stray promise failed. */
  readonly cell: number;
  /** The line of the cell, from 1; missing where the exception does not tell. */
  readonly line?: number;
}

/** A cell as it was run. */
export interface RunCell {
  /** The name under which it shows up in stack traces, as no other does. */
  readonly file: string;
  /** Its execution count; of one that is not counted, the last one. */
  readonly count: number;
  /** Its TypeScript. */
  readonly source: string;
}

/** What is known of the cells run so far. */
export interface RunCells {
  /** By their files. */
  readonly cells: ReadonlyMap<string, RunCell>;
  originalPosition(generated: Position): Position | undefined;
}

const LINES_AROUND = 2;
const FRAME = /^(\s+at (?:.* \()?(?:async )?)([^\s()][^()]*):(\d+):(\d+)(\)?)( \{)?$/;
const LEFT_OUT = /^\s+\.\.\. \d+ lines matching cause stack trace \.\.\.$/;
/** Where the code lies that runs the cells: this package, as emitted and by its source map. */
const MACHINERY = [
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

/** How people are told of a cell: `cell 3`. */
export function cellTitle(file: string): string {
  return file.replace('-', ' ').replace('.ts', '');
}

/**
 * Describes what a cell threw or rejected with, be it an Error or not.
 *
 * @param ran the cell that ran then, or last
 * @param isOwner whether it is that cell's in any case; else it is that of the innermost one in its
 * stack, if there is one
 * @param thrownAt a stack of the place that threw, for what is no Error and has none of its own
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

/** As Node shows it; by its members alone where what the value does for that throws. */
function shown(value: unknown): string {
  return attempt(
    () => inspect(value),
    () => inspect(value, { customInspect: false }),
  );
}

/** The first that does not throw: what a cell throws may throw again when it is looked at. */
function attempt(...ways: readonly (() => string)[]): string {
  for (const way of ways)
    try {
      return way();
    } catch {}
  return '(cannot be shown: showing it throws)';
}

/** Describes why a cell does not compile. `diagnostics` holds at least one. */
export function describeCompileError(diagnostics: readonly Diagnostic[], cell: RunCell): CellError {
  const messages = new Map<string, { first: Diagnostic; text: string }>();
  for (const diagnostic of diagnostics) {
    // A message that TypeScript explains by further ones comes as several at one place.
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
  // tslab names the file as seen from the current directory.
  const folder = fileName ? dirname(resolve(fileName)) : process.cwd();
  return (specifier && missingPackage(specifier, folder)) || messageText;
}

/**
 * Puts a stack into the cells' own lines and leaves out what runs the cells. `positions` are the
 * places in cells, innermost first.
 */
function mapStack(stack: string, cells: RunCells): { text: string; positions: Position[] } {
  const positions: Position[] = [];
  const kept: string[] = [];
  let frames: { line: string; inCell: boolean }[] = [];
  const flush = () => {
    // Below a cell's last frame is only the machinery that called it.
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
      // Cells call each other's functions as members of tslab's object of exports.
      const caller = head!.replace('Proxy.', '');
      const place = `${original.file}:${original.line}:${original.column}`;
      frames.push({ line: `${caller}${place}${tail}`, inCell });
    } else if (!inCell && !MACHINERY.some((folder) => file.startsWith(folder))) {
      frames.push({ line: `${head}${file}:${row}:${column}${tail}`, inCell });
    }
    if (brace) {
      // What an Error carries beside its message follows its last frame.
      flush();
      kept.push(`${kept.pop() ?? ''}${brace}`);
    }
  }
  flush();
  return { text: kept.join('\n'), positions };
}

/** A stack's lines without the message above them. */
function frames(stack: string): string {
  return /(\n\s+at .*)+$/.exec(stack)?.[0] ?? '';
}

/** `cell 3, line 2`, then the lines around it with an arrow at the one that failed. */
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
