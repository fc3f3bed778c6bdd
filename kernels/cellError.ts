import { inspect } from 'node:util';
import type { Diagnostic } from 'tslab/dist/converter';
import type { Position } from './compiler';

/** Why a cell failed. JSON; its first four members are what Jupyter's `error` message holds. */
export interface CellError {
  /** The exception's class; `CompileError` where the cell never ran. */
  readonly name: string;
  readonly message: string;
  /** Lines for people: the source around the failure, then the stack in the cells' own lines. */
  readonly traceback: readonly string[];
  /** The cell that failed, by execution count: not the running one where a stray promise did. */
  readonly cell: number;
  /** Line of the cell, from 1, where the exception tells. */
  readonly line?: number;
}

/** What is known of the cells run so far. */
export interface CellSources {
  /** The TypeScript of a cell, by {@link cellFile}. */
  readonly sources: ReadonlyMap<string, string>;
  originalPosition(generated: Position): Position | undefined;
}

const LINES_AROUND = 2;
const FRAME = /^(\s+at (?:.* \()?(?:async )?)([^\s()][^()]*):(\d+):(\d+)(\)?)( \{)?$/;
const LEFT_OUT = /^\s+\.\.\. \d+ lines matching cause stack trace \.\.\.$/;

/** The name under which a cell shows up in stack traces. */
export function cellFile(count: number): string {
  return `cell-${count}.ts`;
}

/**
 * Describes what a cell threw or rejected with, be it an Error or not.
 *
 * @param running the cell that ran then, by execution count
 * @param isStray whether nothing that the running cell awaited threw it: it is then the fault of
 * the cell in its stack
 * @param thrownAt a stack of the place that threw, where it is no Error and has none of its own
 */
export function describeThrown(
  thrown: unknown,
  cells: CellSources,
  running: number,
  isStray: boolean,
  thrownAt = '',
): CellError {
  const isError = thrown instanceof Error;
  const { text, positions } = mapStack(inspect(thrown) + frames(thrownAt), cells);
  const innermost = positions[0];
  const own = positions.find(({ file }) => file === cellFile(running));
  const position = own ?? (isStray ? innermost : undefined);
  const cell = position ? cellCount(position.file) : running;
  const shown = position ?? innermost;
  return {
    name: isError ? thrown.name : 'Thrown',
    message: isError ? thrown.message : inspect(thrown),
    traceback: [
      ...(shown
        ? excerpt(cellCount(shown.file), shown.line, cells.sources.get(shown.file) ?? '')
        : [`cell ${cell}`]),
      ...(isError ? text : `Thrown: ${text}`).split('\n'),
    ],
    cell,
    ...(position && { line: position.line }),
  };
}

/** Describes why a cell does not compile. `diagnostics` holds at least one. */
export function describeCompileError(
  diagnostics: readonly Diagnostic[],
  cell: number,
  source: string,
): CellError {
  const messages = new Map<string, { first: Diagnostic; text: string }>();
  for (const diagnostic of diagnostics) {
    // A message that TypeScript explains by further ones comes as several at one place.
    const place = `${diagnostic.fileName}:${diagnostic.start.offset}`;
    const message = messages.get(place);
    if (message) message.text += `\n  ${diagnostic.messageText}`;
    else messages.set(place, { first: diagnostic, text: diagnostic.messageText });
  }
  const all = [...messages.values()];
  const inCell = all.find(({ first }) => !first.fileName)?.first;
  return {
    name: 'CompileError',
    message: all[0]!.text + (all.length > 1 ? ` (and ${all.length - 1} more)` : ''),
    traceback: all.flatMap(({ first, text }) => [
      ...(first.fileName
        ? [`${first.fileName}, line ${first.start.line + 1}`]
        : excerpt(cell, first.start.line + 1, source)),
      ...`TS${first.code}: ${text}`.split('\n'),
    ]),
    cell,
    ...(inCell && { line: inCell.start.line + 1 }),
  };
}

/**
 * Puts a stack into the cells' own lines and leaves out what runs the cells. `positions` are the
 * places in cells, innermost first.
 */
function mapStack(stack: string, cells: CellSources): { text: string; positions: Position[] } {
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
    const inCell = cells.sources.has(file);
    if (original) {
      if (inCell) positions.push(original);
      // Cells call each other's functions as members of tslab's object of exports.
      const caller = head!.replace('Proxy.', '');
      const place = `${original.file}:${original.line}:${original.column}`;
      frames.push({ line: `${caller}${place}${tail}`, inCell });
    } else if (!inCell && !file.startsWith('node:internal')) {
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
function excerpt(cell: number, line: number, source: string): string[] {
  const lines = source.split('\n');
  const from = Math.max(1, line - LINES_AROUND);
  const to = Math.min(lines.length, line + LINES_AROUND);
  const width = String(to).length;
  const shown = [`cell ${cell}, line ${line}`];
  for (let i = from; i <= to; i++)
    shown.push(
      `${i === line ? '>' : ' '} ${String(i).padStart(width)} | ${lines[i - 1]}`.trimEnd(),
    );
  return shown;
}

function cellCount(file: string): number {
  return Number(/\d+/.exec(file)![0]);
}
