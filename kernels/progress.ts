/** Shows the progress of long work: on a terminal, in a notebook's output, in a test's array. */
export interface ProgressSink {
  /** Replaces the line shown. */
  update(line: string): void;
  /** Keeps the line shown; the next update starts another line. */
  done(): void;
}

const MILLISECONDS_BETWEEN_PLAIN_LINES = 10_000;

/** Shows progress as one line of a terminal, rewritten in place; in a log, as a line every ten seconds. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): ProgressSink {
  let printed = Number.NEGATIVE_INFINITY;
  let last = '';
  return {
    update(line) {
      if (stream.isTTY) stream.write(`\r\x1b[K${shortened(line, (stream.columns ?? 80) - 1)}`);
      else if (performance.now() - printed >= MILLISECONDS_BETWEEN_PLAIN_LINES) {
        printed = performance.now();
        stream.write(`${line}\n`);
      }
      last = line;
    },
    done() {
      if (last) stream.write(stream.isTTY ? '\n' : `${last}\n`);
      printed = Number.NEGATIVE_INFINITY;
      last = '';
    },
  };
}

/** Leaves out the middle of a line that is too long: what it is about stands first, the time left last. */
function shortened(line: string, width: number): string {
  if (line.length <= width) return line;
  const end = Math.floor((width - 1) / 2);
  return `${line.slice(0, width - 1 - end)}…${line.slice(line.length - end)}`;
}

/** `2 m 05 s`, `41 s`; `?` for an unknown duration. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} m ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
}
