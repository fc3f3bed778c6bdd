import { dirname } from 'node:path';
import { inspect } from 'node:util';
import { attempt } from './attempt';
import type { Position } from './compiler';
import type { Diagnostic } from './language';
import { missingPackage, missingPackageOf } from './missingPackage';
import { FRAME } from './stacks';

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
  /** Whether the cell did not throw, but ran out of time or lost its process. */
  readonly isAborted?: boolean;
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

/** The cells run so far, by file. */
export type RunCells = ReadonlyMap<string, RunCell>;

const LINES_AROUND = 2;
const LEFT_OUT = /^\s+\.\.\. \d+ lines matching cause stack trace \.\.\.$/;
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
  const { text, positions } = readStack(
    missing === undefined
      ? shown(thrown) + (isError ? '' : frames(thrownAt))
      : `Error: ${missing}${frames((thrown as Error).stack ?? '')}`,
    cells,
  );
  const innermost = positions[0];
  const cell = (!isOwner && innermost && cells.get(innermost.file)) || ran;
  const own = positions.find(({ file }) => file === cell.file);
  const place = own ?? innermost;
  return {
    name: isError ? textOf(() => String(thrown.name || 'Error')) : 'Thrown',
    message: missing ?? (isError ? textOf(() => String(thrown.message)) : shown(thrown)),
    traceback: [
      ...(place ? excerpt(cells.get(place.file)!, place.line) : [cellTitle(cell.file)]),
      ...(isError ? text : `Thrown: ${text}`).split('\n'),
    ],
    cell: cell.count,
    ...(own && { line: own.line }),
  };
}

/** Node's text for a value; its members alone where the value's own `inspect` throws. */
function shown(value: unknown): string {
  return textOf(
    () => inspect(value),
    () => inspect(value, { customInspect: false }),
  );
}

/** The text by the first way that does not throw. */
function textOf(...ways: readonly (() => string)[]): string {
  return attempt(...ways) ?? '(no text: formatting this value throws)';
}

/** Describes the compile errors of a cell, of which there is at least one. */
export function describeCompileError(diagnostics: readonly Diagnostic[], cell: RunCell): CellError {
  const messages = diagnostics.map((found) => ({ ...found, text: messageOf(found) }));
  const inCell = messages.find(({ file }) => file === undefined);
  const others = messages.length - 1;
  return {
    name: 'CompileError',
    message: messages[0]!.text + (others > 0 ? ` (and ${others} more)` : ''),
    traceback: messages.flatMap(({ file, line, code, text }) => [
      ...(file === undefined ? excerpt(cell, line) : [`${file}, line ${line}`]),
      ...`TS${code}: ${text}`.split('\n'),
    ]),
    cell: cell.count,
    ...(inCell && { line: inCell.line }),
  };
}

const MODULE_NOT_FOUND = 2307;

function messageOf({ code, text, file }: Diagnostic): string {
  const specifier = code === MODULE_NOT_FOUND ? /'([^']+)'/.exec(text)?.[1] : undefined;
  const folder = file === undefined ? process.cwd() : dirname(file);
  return (specifier && missingPackage(specifier, folder)) || text;
}

/** A stack as it is shown, and the places in cells that it names, innermost first. */
function readStack(stack: string, cells: RunCells): { text: string; positions: Position[] } {
  const lines = stack.split('\n').filter((line) => !LEFT_OUT.test(line));
  const positions = lines.flatMap((line) => {
    const [, , file, row, column] = FRAME.exec(line) ?? [];
    return file !== undefined && cells.has(file)
      ? [{ file, line: Number(row), column: Number(column) }]
      : [];
  });
  return { text: lines.join('\n'), positions };
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
