import { processWide } from './processWide';

/** Where progress of long work goes: a terminal, a notebook's output, a test's array. */
export interface ProgressSink {
  /** Replaces the line that shows what is going on. */
  update(line: string): void;
  /** Leaves the last line as it is; the next update starts another. */
  done(): void;
}

const MILLISECONDS_BETWEEN_PLAIN_LINES = 10_000;

/** One line, rewritten in place, on a terminal; a line every ten seconds in a log. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): ProgressSink {
  let printed = 0;
  let last = '';
  return {
    update(line) {
      if (stream.isTTY) stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
      else if (Date.now() - printed >= MILLISECONDS_BETWEEN_PLAIN_LINES) {
        printed = Date.now();
        stream.write(`${line}\n`);
      }
      last = line;
    },
    done() {
      if (last) stream.write(stream.isTTY ? '\n' : `${last}\n`);
      printed = 0;
      last = '';
    },
  };
}

const current = processWide<{ sink: ProgressSink }>('progress', () => ({
  sink: terminalProgress(),
}));

/** Where progress goes now: a notebook's output, or the terminal. */
export function progress(): ProgressSink {
  return current.sink;
}

/** Sends progress elsewhere; returns the sink that was there before. */
export function setProgressSink(sink: ProgressSink): ProgressSink {
  const before = current.sink;
  current.sink = sink;
  return before;
}

/** `2 m 05 s`, `41 s`; `?` where it is not known. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} m ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
}
