import { join, sep } from 'node:path';
import type { Position } from './compiler';

/** The lines of a stack trace that name a place. */
export const FRAME = /^(\s+at (?:.* \()?(?:async )?)([^\s()][^()]*):(\d+):(\d+)(\)?)( \{)?$/;
/** The code that runs cells, left out of stack traces: this package, as emitted and by its source map. */
const THIS_PACKAGE = join(__dirname, '..', sep);
const INTERNALS = [THIS_PACKAGE, 'node:internal', 'node:vm'];

/** Compiled code and the way back to what was written. */
export interface Sources {
  isCompiled(file: string): boolean;
  originalPosition(generated: Position): Position | undefined;
}

/**
 * Makes the stack of every error name the lines that were written, wherever it is read: by a cell that
 * prints a caught error as well as by the kernel. Frames of the code that runs cells are left out.
 */
export function mapStacks(sources: Sources): void {
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map((site) => `    at ${site}`);
    return [headOf(error), ...mapped(frames, sources)].join('\n');
  };
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

function mapped(frames: readonly string[], { isCompiled, originalPosition }: Sources): string[] {
  const shown: { line: string; isWritten: boolean }[] = [];
  for (const frame of frames) {
    const [, head, file, row, column, tail] = FRAME.exec(frame) ?? [];
    if (file === undefined) {
      shown.push({ line: frame, isWritten: false });
      continue;
    }
    const original = originalPosition({ file, line: Number(row), column: Number(column) });
    if (original)
      shown.push({
        line: `${head}${original.file}:${original.line}:${original.column}${tail}`,
        isWritten: true,
      });
    else if (!isCompiled(file) && !INTERNALS.some((folder) => file.startsWith(folder)))
      shown.push({ line: frame, isWritten: false });
  }
  // Frames below the last one that somebody wrote belong to the code that runs cells.
  const last = shown.findLastIndex(({ isWritten }) => isWritten);
  if (last === -1) return frames[0]?.includes(THIS_PACKAGE) ? [] : [...frames];
  return shown.slice(0, last + 1).map(({ line }) => line);
}
